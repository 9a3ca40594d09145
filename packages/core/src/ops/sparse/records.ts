/** Op records of the entry `@tt/core/sparse`; importing it registers them. */
import "../records.ts";
import "./coo.ts";
import "./products.ts";
import "./compressed.ts";
import "./resize.ts";
