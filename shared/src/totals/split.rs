//! Rounding half up, and splitting an amount so that its shares sum to it.

/// `amount * part / whole`, rounded half up; 0 if `whole` is not positive.
///
/// All arguments are at most 64 bits wide and not negative, so nothing overflows.
pub(super) fn share(amount: i64, part: u64, whole: u64) -> i128 {
    half_up(
        i128::from(amount).saturating_mul(i128::from(part)),
        i128::from(whole),
    )
}

/// A fraction of numbers that are not negative, rounded half up; 0 if the denominator is not positive.
pub(super) fn half_up(numerator: i128, denominator: i128) -> i128 {
    if denominator <= 0 {
        return 0;
    }
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    // Twice the rest could overflow where the rest itself does not.
    whole + i128::from(rest >= denominator - rest)
}

/// Splits an amount in proportion to weights by the largest remainder: the shares sum to the amount exactly, and
/// where the amount is not larger than the sum of the weights, no share is larger than its weight.
///
/// Equal remainders go to the earlier weight. If all weights are 0, the first takes all. What is negative counts as 0.
pub fn split(amount: i64, weights: &[i64]) -> Vec<i64> {
    let amount = amount.max(0);
    let weight_of = |weight: &i64| i128::from((*weight).max(0));
    let whole: i128 = weights.iter().map(weight_of).sum();
    let mut shares = vec![0_i64; weights.len()];
    if whole == 0 {
        if let Some(first) = shares.first_mut() {
            *first = amount;
        }
        return shares;
    }
    let mut rests = Vec::with_capacity(weights.len());
    let mut left = amount;
    for (index, (weight, share)) in weights.iter().zip(&mut shares).enumerate() {
        let product = i128::from(amount) * weight_of(weight);
        // A share of an i64 is never larger than the i64.
        *share = i64::try_from(product / whole).unwrap_or(amount);
        left -= *share;
        rests.push((std::cmp::Reverse(product % whole), index));
    }
    rests.sort_unstable();
    let extra = usize::try_from(left).unwrap_or(0);
    for &(_, index) in rests.iter().take(extra) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_amount() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(10, &[0, 999, 1]), [0, 10, 0]);
        assert_eq!(split(5, &[0, 0]), [5, 0]);
        assert_eq!(split(5, &[]), [0_i64; 0]);
        assert_eq!(
            split(i64::MAX, &[i64::MAX, i64::MAX]).iter().sum::<i64>(),
            i64::MAX
        );
    }

    #[test]
    fn halves_go_up() {
        assert_eq!(half_up(5, 2), 3);
        assert_eq!(half_up(49, 100), 0);
        assert_eq!(half_up(50, 100), 1);
        assert_eq!(half_up(1, 0), 0);
        assert_eq!(share(i64::MAX, 1_000_000, 1_000_000), i128::from(i64::MAX));
    }
}
