# One product.product. Its id counts in another row than those of products, so the product's goes before it.
def filled: if . == false or . == "" then null else . end;
def id_of: if type == "object" then .id elif type == "array" then .[0] else filled end;
(.product_tmpl_id | id_of | tostring) as $product
| (.currency_id | if type == "object" then .name else null end) as $priced_in
| (.free_qty | filled) as $quantity
# What the merchant promises; days count whole.
| {lead_time_days: (.sale_delay | filled | if . and . > 0 then ceil else null end)} as $promise
| {
    type: "variant",
    product_id: $product,
    id: "\($product)-\(.id)",
    sku: (.default_code | filled),
    gtin: (.barcode | filled | if . then gtin else null end),
    status: (if .active == false then "archived" else "active" end),
    options: ([.product_template_variant_value_ids[]? | select(type == "object") | {key: (.attribute_id | .name | slug // .), value: .name}] | from_entries),
    prices: [{amount: (.lst_price | money($priced_in // $currency)), currency: ($priced_in // $currency)}],
    # Services and what is not counted can always be had.
    stock: (if .type == "service" or .is_storable == false or (has("is_storable") | not) and .type == "consu" then {availability: "in_stock"} + $promise
      elif $quantity == null then null
      else {availability: (if $quantity > 0 then "in_stock" else "out_of_stock" end), quantity: $quantity} + $promise end),
    media: (if $base_url != "" and (.image_variant_128 | filled) then
        [{url: "\($base_url)/web/image/product.product/\(.id)/image_1024?unique=\(.write_date | filled // "" | slug // "")", type: "image"}]
      else [] end),
    custom: {odoo_id: .id}
  }
