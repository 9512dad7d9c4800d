# One row of stock. Row 0 of a product with combinations is their sum, and names no variant.
(.id_product_attribute | tostring) as $combination
| (.quantity | tonumber) as $quantity
| (.out_of_stock | tostring) as $when_sold_out
| {
    type: "offer",
    variant_id: (if $combination == "0" then .id_product | tostring else "\(.id_product)-\($combination)" end),
    stock: {
      availability: (if $quantity > 0 then "in_stock" elif $when_sold_out == "1" or ($when_sold_out == "2" and $backorders) then "backorder" else "out_of_stock" end),
      quantity: $quantity
    }
  }
