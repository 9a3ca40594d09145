/** Functions of the main namespace that networks are made of; importing it registers them. */
import "./embedding_bag.ts";
import "./losses.ts";
import "./norms.ts";
import "./recurrent.ts";
import "./sampling.ts";
