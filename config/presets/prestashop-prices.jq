# One product with what its shop has computed. A product with combinations has one for its default combination only.
select((.associations.combinations // [] | length) == 0)
| (.shown | values | money($currency)) as $amount
| (.before // .shown | money($currency)) as $before
| {
    type: "offer",
    variant_id: (.id | tostring),
    prices: [{amount: $amount, currency: $currency, compare_at: (if ($before | tonumber) > ($amount | tonumber) then $before else null end)}]
  }
