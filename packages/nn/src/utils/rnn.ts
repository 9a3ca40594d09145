/** torch.nn.utils.rnn: batches of sequences of different lengths. */
export {
  invert_permutation,
  pack_padded_sequence,
  pack_sequence,
  PackedSequence,
  pad_packed_sequence,
  pad_sequence,
  unpack_sequence,
  unpad_sequence,
} from "./packed_sequence.ts";
