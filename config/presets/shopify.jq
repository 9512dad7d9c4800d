# One product with its variants. Shopify's product type becomes a category, for it is the only one that products carry.
def filled: if . == null or . == "" then null else tostring end;
# The Admin API sends tags as one text, the public file as a list.
def tags: if type == "array" then . else (. // "" | split(",") | map(gsub("^[\\s\"]+|[\\s\"]+$"; "") | select(. != ""))) end;
def reduced: (.compare_at_price | filled) as $before
  | if $before != null and (.price | filled) != null and ($before | tonumber) > (.price | tonumber) then $before else null end;
def stock:
  if .inventory_management == "shopify" then
    {
      availability: (if (.inventory_quantity // 0) > 0 then "in_stock" elif .inventory_policy == "continue" then "backorder" else "out_of_stock" end),
      quantity: ([.inventory_quantity // 0, 0] | max)
    }
  else {availability: (if .available == false then "out_of_stock" else "in_stock" end)} end;
(if .status then (.status | ascii_downcase) elif has("published_at") and .published_at == null then "draft" else "active" end) as $status
| if $status == "archived" or $status == "draft" then
  # Changes bring it, so that it goes. Whatever else it says may not be ready.
  {type: "product", id: (.id | tostring), name: .title, status: $status}
else
# A type without a letter or digit has no address and is no category.
(.product_type | filled | if (. // "" | slug // "") == "" then null else . end) as $kind
# A product without choices has one made-up option, "Title".
| (if (.options | length) == 1 and .options[0].name == "Title" and (.variants | length) == 1 then [] else .options // [] end) as $options
| (if $kind then {type: "category", id: ($kind | slug), name: $kind} else empty end),
  {
    type: "product",
    id: (.id | tostring),
    slug: .handle,
    name: .title,
    description: .body_html,
    brand: .vendor,
    tags: (.tags | tags),
    status: "active",
    # Unlisted products are sold to those who have the address.
    visibility: (if $status == "unlisted" then "hidden" else null end),
    category_ids: (if $kind then [$kind | slug] else [] end),
    created_at: (.created_at | time),
    updated_at: (.updated_at | time),
    media: [.images[]? | {url: .src, type: "image", alt: .alt}],
    options: [$options[] | {code: (.name | slug), name: .name, values: [.values[]? | {code: ., name: .}]}],
    variants: [
      .variants[]? | . as $variant
      | {
          id: (.id | tostring),
          sku: (.sku | filled),
          gtin: (.barcode | filled | gtin),
          name: (if .title == "Default Title" then null else .title end),
          position: .position,
          options: ([range($options | length) as $i | {key: ($options[$i].name | slug), value: $variant["option\($i + 1)"]}] | from_entries),
          prices: [{amount: .price, currency: $currency, compare_at: reduced}],
          stock: stock
        }
    ]
  }
end
