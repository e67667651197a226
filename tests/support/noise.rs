//! Text that does not compress.

/// Letters that no compression makes shorter than about three quarters; others for another `seed`.
pub fn noise(length: usize, seed: u64) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * seed + 1);
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(letters[usize::from(state.to_le_bytes()[0] % 64)])
    };
    (0..length).map(letter).collect()
}
