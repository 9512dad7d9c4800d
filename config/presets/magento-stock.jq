# One SKU in one source. Status 0 is out of stock, whatever the quantity.
select(.source_code == $source_code)
| {
    type: "offer",
    sku,
    stock: {availability: (if .status == 1 and .quantity > 0 then "in_stock" else "out_of_stock" end), quantity}
  }
