# One item. Its variants have neither price nor stock of their own: the price is the item's, the stock is not told.
def filled: if . == "" or . == "00000000-0000-0000-0000-000000000000" then null else . end;
def stock: if .type == "Inventory" then
    {availability: (if .inventory > 0 then "in_stock" else "out_of_stock" end), quantity: .inventory}
  else {availability: "in_stock"} end;
. as $item
| [{amount: (.unitPrice | money($currency)), currency: $currency}] as $prices
| (.itemVariants // []) as $variants
| {
    type: "product",
    id,
    name: (.displayName | filled // $item.number),
    status: (if .blocked then "archived" else "active" end),
    category_ids: [.itemCategoryId | filled | values],
    updated_at: (.lastModifiedDateTime | filled | if . then time else null end),
    custom: {number, price_includes_tax: .priceIncludesTax, unit: .baseUnitOfMeasureCode}
  }
| if ($variants | length) > 0 then
    . + {
      options: [{code: "variant", name: $variant_label, values: [$variants[] | {code, name: (.description | filled // null)}]}],
      variants: [$variants[] | {
        id,
        sku: "\($item.number)-\(.code)",
        name: .description,
        options: {variant: .code},
        prices: $prices,
        stock: (if $item.type == "Inventory" and $item.inventory <= 0 then {availability: "out_of_stock"} else {availability: "in_stock"} end)
      }]
    }
  else
    . + {sku: $item.number, gtin: ($item.gtin | filled | if . then gtin else null end), prices: $prices, stock: ($item | stock)}
  end
