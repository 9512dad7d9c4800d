# One product.template. An empty field of any type is false.
def filled: if . == false or . == "" then null else . end;
def id_of: if type == "object" then .id elif type == "array" then .[0] else filled end;
def names: [.value_ids[]? | .name | values];
(if .active == false then "archived" elif .sale_ok == false or .is_published == false then "draft" else "active" end) as $status
| if $status != "active" then
  # Changes bring it, so that it goes. Whatever else it says does not matter.
  {type: "product", id: (.id | tostring), name: .name, status: $status}
else
(.currency_id | if type == "object" then .name else null end) as $priced_in
# An attribute with one value, or one that makes no variants, is a property of the product.
| [.attribute_line_ids[]? | select(type == "object" and (.attribute_id | type) == "object")] as $lines
| [$lines[] | select((.value_ids | length) > 1 and .attribute_id.create_variant != "no_variant")] as $choices
| (.id | tostring) as $id
| {
    type: "product",
    id: $id,
    name: .name,
    sku: (.default_code | filled),
    gtin: (.barcode | filled | if . then gtin else null end),
    description: ((.description_ecommerce // .website_description) | filled),
    short_description: (.description_sale | filled | if . then @html | split("\n") | join("<br>") else null end),
    status: $status,
    category_ids: (if has("public_categ_ids") then [.public_categ_ids[]? | id_of | tostring] else [.categ_id | id_of | values | tostring] end),
    media: (if $base_url != "" and (.image_128 | filled) then
        [{url: "\($base_url)/web/image/product.template/\($id)/image_1024?unique=\(.write_date | filled // "" | slug // "")", type: "image"}]
      else [] end),
    options: [$choices[] | {
      code: (.attribute_id | .name | slug // .),
      name: .attribute_id.name,
      values: [.value_ids[] | {code: .name, name: .name, swatch: (.html_color | filled | if . and startswith("#") then . else null end)}]
    }],
    attributes: [$lines[] | select((.value_ids | length) <= 1 or .attribute_id.create_variant == "no_variant")
      | {code: (.attribute_id | .name | slug // .), label: .attribute_id.name, value: (names | if length == 1 then .[0] else . end)}],
    prices: [{amount: (.list_price | money($priced_in // $currency)), currency: ($priced_in // $currency)}],
    created_at: (.create_date | filled | if . then time else null end),
    updated_at: (.write_date | filled | if . then time else null end)
  }
end
