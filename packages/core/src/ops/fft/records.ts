/** Op records of the entry `@tt/core/fft`; importing it registers them. */
import "../records.ts";
import "./fft.ts";
import "./helpers.ts";
import "./stft.ts";
import "./transforms.ts";
