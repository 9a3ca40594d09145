/** See assembly/gemm.ts. */
type Product = (
  kind: number,
  batch: number,
  m: number,
  n: number,
  k: number,
  a: number,
  aBatch: number,
  aRow: number,
  aColumn: number,
  b: number,
  bBatch: number,
  bRow: number,
  bColumn: number,
  from: number,
  fromBatch: number,
  fromRow: number,
  c: number,
  cBatch: number,
  cRow: number,
  alpha: number,
  work: number,
  ready?: number,
) => void;

/** See assembly/gemv.ts. */
type TimesVector = (
  m: number,
  k: number,
  a: number,
  row: number,
  column: number,
  x: number,
  xStep: number,
  from: number,
  fromStep: number,
  y: number,
  yStep: number,
  alpha: number,
  work: number,
) => void;

/** See assembly/convert.ts. */
type Scale = (
  kind: number,
  m: number,
  n: number,
  from: number,
  row: number,
  column: number,
  factor: number,
  to: number,
  toRow: number,
) => void;

/** What assembly/index.ts exports. Addresses and strides are in bytes. */
export interface Exports {
  gemm(
    m: number,
    n: number,
    k: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    c: number,
    cRow: number,
    alpha: number,
    add: boolean | number,
    work: number,
  ): void;
  gemmPacked(
    m: number,
    n: number,
    k: number,
    a: number,
    b: number,
    bRow: number,
    bColumn: number,
    c: number,
    cRow: number,
    add: boolean | number,
    work: number,
  ): void;
  productF32: Product;
  productF64: Product;
  productI32: Product;
  productI64: Product;
  gemvF32: TimesVector;
  gemvF64: TimesVector;
  scaleF32: Scale;
  scaleF64: Scale;
  scaleI32: Scale;
  scaleI64: Scale;
  narrow(kind: number, m: number, n: number, from: number, to: number, row: number, column: number): void;
  peak(count: number, at: number): void;
  gemmScratch(): number;
  packedBytes(left: boolean | number, extent: number, k: number, size: number): number;
  stripsShared(type: number, left: boolean | number, extent: number): number;
  packShared(
    type: number,
    kind: number,
    left: boolean | number,
    extent: number,
    k: number,
    first: number,
    last: number,
    from: number,
    row: number,
    column: number,
    alpha: number,
    to: number,
  ): void;
  convScratch(): number;
  /** See assembly/conv.ts; the description is written by kernels/conv/product.ts. */
  convolve(description: number, from: number, to: number, start: number, end: number, work: number): void;
  packTerms(
    m1: number,
    m2: number,
    k1: number,
    k2: number,
    a: number,
    row1: number,
    row2: number,
    step1: number,
    step2: number,
    to: number,
  ): void;
  stripsOf(m: number): number;
  stripWidth(): number;
  weightPartBytes(groups: number, taps: number, outputs: number): number;
  weightScratch(outputs: number): number;
  /** See assembly/conv_grad.ts; the description is written by kernels/conv/weight.ts. */
  convolveWeight(description: number, part: number, from: number, to: number, work: number): void;
  combineWeight(description: number, out: number): void;
  /** See assembly/unfold.ts; the description is written by kernels/conv/unfolded.ts. */
  unfold(description: number, item: number, first: number, last: number, image: number, columns: number): void;
  foldBack(
    description: number,
    type: number,
    lanes: number,
    first: number,
    last: number,
    columns: number,
    image: number,
  ): void;
  fillRows(rows: number, n: number, bias: number, c: number): void;
  sumRows(rows: number, n: number, x: number, out: number, scale: number): void;
  sumColumns(rows: number, n: number, step: number, x: number, out: number, scale: number): void;
  sumParts(parts: number, size: number, n: number, x: number, out: number): void;
  softmax(rows: number, n: number, x: number, out: number): void;
  logSoftmax(rows: number, n: number, x: number, out: number): void;
  columnStrips(outer: number, inner: number): number;
  columnScratch(): number;
  /** See assembly/softmax_columns.ts. */
  softmaxColumns(...args: number[]): void;
  softmaxColumnsBackward(...args: number[]): void;
  softmaxBackward(rows: number, n: number, g: number, y: number, out: number): void;
  logSoftmaxBackward(rows: number, n: number, g: number, y: number, out: number): void;
  offsetsOf(
    count: number,
    index: number,
    step: number,
    wide: boolean | number,
    size: number,
    scale: number,
    to: number,
    add: boolean | number,
    wrap: boolean | number,
    skip: number,
  ): number;
  takeBlocks(
    outer: number,
    step: number,
    count: number,
    offsets: number,
    block: number,
    from: number,
    to: number,
  ): void;
  putBlocks(outer: number, step: number, count: number, offsets: number, block: number, from: number, to: number): void;
  addBlocks(
    kind: number,
    outer: number,
    step: number,
    count: number,
    offsets: number,
    n: number,
    left: number,
    right: number,
    from: number,
    to: number,
    alpha: number,
  ): void;
  spreadBlocks(outer: number, bytes: number, from: number, to: number, step: number): void;
  reverseBlocks(outer: number, n: number, block: number, from: number, to: number): void;
  triangle(
    count: number,
    rows: number,
    columns: number,
    item: number,
    diagonal: number,
    upper: boolean | number,
    from: number,
    to: number,
  ): void;
  transpose(...args: number[]): void;
  /** See assembly/gather.ts. */
  gatherAlong(...args: number[]): void;
  scatterAlong(...args: number[]): void;
  fillPattern(to: number, bytes: number, pattern: number): void;
  fillBlocks(
    outer: number,
    step: number,
    count: number,
    offsets: number,
    block: number,
    to: number,
    pattern: number,
  ): void;
  /** See assembly/group_norm.ts. */
  groupNorm(...args: number[]): void;
  planeSums(...args: number[]): void;
  groupNormBackward(...args: number[]): void;
  groupNormParameters(...args: number[]): void;
  /** See assembly/nll_loss.ts; whether all targets are in range. */
  nllLoss(...args: number[]): number;
  nllLossBackward(...args: number[]): number;
  countTrue(n: number, mask: number): number;
  compress(item: number, total: number, mask: number, from: number, to: number): void;
  expandMasked(item: number, n: number, mask: number, from: number, to: number): void;
  countNonzero(item: number, floating: boolean | number, n: number, x: number): number;
  nonzeroIndices(
    item: number,
    floating: boolean | number,
    total: number,
    x: number,
    rank: number,
    sizes: number,
    to: number,
  ): void;
  sortScratch(n: number): number;
  sortSlices(
    kind: number,
    descending: boolean | number,
    first: number,
    last: number,
    n: number,
    inner: number,
    kept: number,
    x: number,
    values: number,
    indices: number,
    work: number,
  ): void;
  /** See assembly/sort.ts. */
  pickSlices(...args: number[]): void;
  uniqueElements(
    kind: number,
    n: number,
    x: number,
    values: number,
    inverse: number,
    counts: number,
    work: number,
  ): number;
  greatestIndex(n: number, x: number): number;
  countValues(n: number, x: number, counts: number): void;
  attentionScratch(n: number, width: number, depth: number): number;
  /** See assembly/attention.ts. */
  attention(...args: number[]): void;
  attentionBackward(...args: number[]): void;
  /** See assembly/adaptive.ts. */
  rmsprop(...args: number[]): void;
  adagrad(...args: number[]): void;
  adamax(...args: number[]): void;
  nadam(...args: number[]): void;
  radam(...args: number[]): void;
  setConstants(): void;
  packStrips(k: number, n: number, b: number, row: number, column: number, to: number): void;
  stripBytes(k: number, n: number): number;
  recurrentScratch(rows: number, width: number): number;
  recurrentForward(
    mode: number,
    first: number,
    last: number,
    count: number,
    steps: number,
    width: number,
    x: number,
    weight: number,
    bias: number,
    h: number,
    c: number,
    out: number,
    reserve: number,
    hBefore: number,
    cBefore: number,
    work: number,
  ): void;
  recurrentBackward(
    mode: number,
    first: number,
    last: number,
    count: number,
    steps: number,
    width: number,
    g: number,
    weight: number,
    reserve: number,
    hBefore: number,
    cBefore: number,
    dGates: number,
    dRecurrent: number,
    dh: number,
    dc: number,
    work: number,
  ): void;
  layerNorm(
    rows: number,
    n: number,
    x: number,
    w: number,
    b: number,
    out: number,
    mean: number,
    rstd: number,
    eps: number,
  ): void;
  layerNormBackward(
    rows: number,
    n: number,
    g: number,
    x: number,
    mean: number,
    rstd: number,
    w: number,
    dx: number,
    dw: number,
    db: number,
  ): void;
  batchNorm(
    from: number,
    to: number,
    batch: number,
    channels: number,
    plane: number,
    x: number,
    w: number,
    b: number,
    out: number,
    mean: number,
    invstd: number,
    variance: number,
    eps: number,
  ): void;
  batchNormEval(
    from: number,
    to: number,
    batch: number,
    channels: number,
    plane: number,
    x: number,
    w: number,
    b: number,
    out: number,
    mean: number,
    variance: number,
    eps: number,
  ): void;
  batchNormBackward(
    from: number,
    to: number,
    batch: number,
    channels: number,
    plane: number,
    g: number,
    x: number,
    w: number,
    mean: number,
    spread: number,
    dx: number,
    dw: number,
    db: number,
    training: boolean | number,
    eps: number,
  ): void;
  maxPoolF32: MaxPool;
  maxPoolF64: MaxPool;
  maxPoolBackwardF32: MaxPoolBackward;
  maxPoolBackwardF64: MaxPoolBackward;
  meanPoolF32: MeanPool;
  meanPoolF64: MeanPool;
  maxPool2(
    planes: number,
    height: number,
    width: number,
    outHeight: number,
    outWidth: number,
    x: number,
    out: number,
    indices: number,
  ): void;
  sgd(
    n: number,
    p: number,
    g: number,
    b: number,
    decay: number,
    momentum: number,
    take: number,
    lr: number,
    sign: number,
    nesterov: boolean | number,
    first: boolean | number,
  ): void;
  adam(
    n: number,
    p: number,
    g: number,
    m: number,
    v: number,
    top: number,
    keep1: number,
    take1: number,
    keep2: number,
    take2: number,
    eps: number,
    decay: number,
    shrink: number,
    root: number,
    size: number,
    sign: number,
  ): void;
}

/** See assembly/pool.ts; descriptions are written by kernels/pool.ts. */
type MaxPool = (description: number, planes: number, x: number, out: number, indices: number) => void;
type MaxPoolBackward = (planes: number, from: number, to: number, grad: number, indices: number, out: number) => void;
type MeanPool = (
  description: number,
  planes: number,
  x: number,
  out: number,
  divisor: number,
  back: boolean | number,
) => void;
