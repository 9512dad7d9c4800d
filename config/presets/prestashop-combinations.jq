# One combination, and its product with the price that the shop has computed for it.
def filled: if . == null or . == false or . == "" or . == "0" then null else tostring end;
def computed: filled | if . then money($currency) else null end;
.product[0] as $product
| ($product.shown | computed) as $amount
| ($product.before | computed) as $before
| {
    type: "variant",
    product_id: (.id_product | tostring),
    # Combinations are numbered on their own.
    id: "\(.id_product)-\(.id)",
    sku: (.reference | filled),
    gtin: ((.ean13 | filled) // (.upc | filled) | if . then gtin else null end),
    mpn: (.mpn | filled),
    default: (.default_on | filled == "1"),
    option_values: [.associations.product_option_values[]?.id | tostring],
    prices: (if $amount then [{
      amount: $amount,
      currency: $currency,
      compare_at: (if $before and ($before | tonumber) > ($amount | tonumber) then $before else null end)
    }] else [] end),
    media: (if $base_url == "" then [] else
        [.associations.images[]?.id | {url: "\($base_url)/\(.)-\($image_type)/image.jpg", type: "image"}]
      end)
  }
