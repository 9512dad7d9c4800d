# One price. Prices for one customer are nobody else's, and a mapping knows no clock: prices with an end are left out.
def filled: if . == "" then null else . end;
select(.price_list == $price_list and (.customer | filled) == null and (.valid_upto | filled) == null)
| (.currency | filled // $currency) as $unit
| {
    type: "offer",
    variant_id: .item_code,
    prices: [{amount: (.price_list_rate | money($unit)), currency: $unit}]
  }
