//! MD5 and SHA-1, which Terraform has functions for. They name files and tell texts apart; nothing
//! here relies on them for security.

/// MD5 (RFC 1321).
pub(super) fn md5(bytes: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(bytes, u64::to_le_bytes).chunks(64) {
        let words: Vec<u32> = block.chunks(4).map(|word| u32::from_le_bytes(four(word))).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for (turn, i) in (0_u32..64).enumerate() {
            let (mixed, word) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | !d), 7 * i),
            };
            let word = words.get((word % 16) as usize).copied().unwrap_or(0);
            // The table of RFC 1321 is the sine of whole numbers.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let sine = (f64::from(i + 1).sin().abs() * 4_294_967_296.0) as u32;
            let shift = SHIFTS.get(turn / 16).and_then(|row| row.get(turn % 4)).copied().unwrap_or(0);
            let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(shift)));
        }
        state = add(state, [a, b, c, d]);
    }
    let mut out = [0; 16];
    out.chunks_mut(4).zip(state).for_each(|(four, word)| four.copy_from_slice(&word.to_le_bytes()));
    out
}

/// SHA-1 (FIPS 180-4).
pub(super) fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(bytes, u64::to_be_bytes).chunks(64) {
        let mut words: Vec<u32> = block.chunks(4).map(|word| u32::from_be_bytes(four(word))).collect();
        for t in 16..80_usize {
            let at = |back: usize| words.get(t - back).copied().unwrap_or(0);
            words.push((at(3) ^ at(8) ^ at(14) ^ at(16)).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in words.into_iter().enumerate() {
            let (mixed, constant) = match t / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(word);
            (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
        }
        state = add(state, [a, b, c, d, e]);
    }
    let mut out = [0; 20];
    out.chunks_mut(4).zip(state).for_each(|(four, word)| four.copy_from_slice(&word.to_be_bytes()));
    out
}

/// The message with its padding and its length in bits.
fn padded(bytes: &[u8], length: fn(u64) -> [u8; 8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.push(0x80);
    while out.len() % 64 != 56 {
        out.push(0);
    }
    out.extend(length((bytes.len() as u64).wrapping_mul(8)));
    out
}

fn four(bytes: &[u8]) -> [u8; 4] {
    bytes.try_into().unwrap_or_default()
}

fn add<const N: usize>(a: [u32; N], b: [u32; N]) -> [u32; N] {
    let mut sum = a;
    sum.iter_mut().zip(b).for_each(|(a, b)| *a = a.wrapping_add(b));
    sum
}

#[cfg(test)]
mod tests {
    use crate::source::hex;

    #[test]
    fn digests_are_those_of_the_standards() {
        // RFC 1321, A.5 and FIPS 180-1, appendices A and B
        assert_eq!(hex(&super::md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&super::md5(b"message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
        let long = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(hex(&super::md5(long)), "57edf4a22be3c955ac49da2e2107b67a");
        assert_eq!(hex(&super::sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(&super::sha1(long)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    }
}
