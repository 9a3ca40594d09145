/**
 * What every module begins with. Infinity and NaN have no literals in WGSL and constant expressions may not make them, hence
 * the variables; compilers may assume that values are neither, hence the tests of bits.
 */
export const PRELUDE: string = `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn is_inf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn inf() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }
fn nan() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }
fn flat_group(id: vec3<u32>, groups: vec3<u32>) -> u32 { return id.x + id.y * groups.x; }
`;
