# One item in one warehouse.
select($warehouse == "" or .warehouse == $warehouse)
| {
    type: "offer",
    variant_id: .item_code,
    stock: {availability: (if .actual_qty > 0 then "in_stock" else "out_of_stock" end), quantity: .actual_qty}
  }
