/** The package has no types of its own. */
declare module "mnist" {
  const digits: readonly { readonly raw: readonly number[] }[];
  export default digits;
}
