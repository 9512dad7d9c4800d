//! How much two files have in common at their ends, compared in blocks: as fast as memory is read.

/// Bytes that are compared at once.
const BLOCK_BYTES: usize = 64 << 10;

/// How many bytes both begin with.
pub fn prefix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks(BLOCK_BYTES).zip(b.chunks(BLOCK_BYTES));
    same(blocks, |a, b| equal(a.iter(), b.iter()))
}

/// How many bytes both end with.
pub fn suffix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks(BLOCK_BYTES).zip(b.rchunks(BLOCK_BYTES));
    same(blocks, |a, b| equal(a.iter().rev(), b.iter().rev()))
}

/// Bytes of all blocks before the first ones that differ, and what these have in common.
fn same<'a>(
    blocks: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    in_block: impl Fn(&'a [u8], &'a [u8]) -> usize,
) -> usize {
    let mut same = 0;
    for (a, b) in blocks {
        if a != b {
            return same + in_block(a, b);
        }
        same += a.len();
    }
    same
}

fn equal<'a>(a: impl Iterator<Item = &'a u8>, b: impl Iterator<Item = &'a u8>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_compared_beyond_and_within_blocks() {
        let a = vec![1; 3 * BLOCK_BYTES + 17];
        for at in [0, 5, BLOCK_BYTES - 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 16] {
            let mut b = a.clone();
            b[at] = 2;
            assert_eq!(prefix(&a, &b), at);
            assert_eq!(suffix(&a, &b), a.len() - at - 1);
        }
        for length in [0, 3, BLOCK_BYTES, BLOCK_BYTES + 1, a.len()] {
            let part = &a[..length];
            assert_eq!((prefix(&a, part), suffix(part, &a)), (length, length));
        }
    }
}
