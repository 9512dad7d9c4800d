# One row. Its columns are found by their names, however these are spelt.
def filled: if . == "" then null else . end;
def parts: (. // "" | split_path($list)) // [];
# "Option: Size" is an option of the name "Size".
def named($kind): .key as $column
  | ($column | slug // "") as $code
  | select(.value != "" and ($code | startswith($kind + "-")))
  | {code: $code[($kind | length) + 1:], value}
  | .name = ($column[($kind | length):] | ltrimstr(":") | ltrimstr("_") | ltrimstr("-") | ltrimstr(" "));
def known_availability: (slug // "" | split("-") | join("_")) as $word
  | if $word == "in_stock" or $word == "out_of_stock" or $word == "backorder" or $word == "preorder"
      or $word == "made_to_order" or $word == "discontinued" then $word
    elif $word == "instock" or $word == "available" or $word == "yes" or $word == "true" or $word == "1" then "in_stock"
    elif $word == "outofstock" or $word == "sold_out" or $word == "no" or $word == "false" or $word == "0" then "out_of_stock"
    else error("availability `\(.)` is none that is known") end;
# A day without a time has one of its own: sales last until a day ends.
def moment($of_day): . as $told | if length == 10 then . + $of_day else . end | time($time_zone)
  | if . then . else error("`\($told)` is no time that is known") end;
def is_no: ascii_downcase | . == "0" or . == "no" or . == "false" or . == "n";

. as $row
| ([to_entries[] | {key: (.key | slug // ""), value: (.value | filled)}] | from_entries) as $cells
| def cell(names): [$cells[names] | values][0];
  def amount(names): cell(names) | if . then dec($decimal) else null end;
  # A part without a letter or digit has no address and is no category.
  [cell("category", "categories", "category-path", "product-type") | parts[] | split_path($path) // [] | map(select((slug // "") != "")) | select(length > 0)] as $paths
| [$row | to_entries[] | named("option")] as $options
| cell("group", "parent", "parent-id", "parent-sku", "item-group-id") as $group
| amount("quantity", "stock", "qty") as $quantity
| amount("price") as $price
| amount("sale-price") as $sale
| cell("availability") as $availability
| {
    id: cell("id", "sku", "article-number", "item-number"),
    sku: cell("sku", "article-number", "item-number", "id"),
    gtin: (cell("gtin", "ean", "barcode", "upc") | if . then gtin else null end),
    mpn: cell("mpn"),
    prices: (if $price or $sale then [
      {
        currency: (cell("currency") // $currency),
        compare_at: amount("compare-at-price", "compare-at", "old-price", "rrp", "msrp")
      }
      + if $sale and ($price // "0" | tonumber) > 0 then {
        amount: $price,
        sale_price: $sale,
        sale_from: (cell("sale-from", "sale-start", "sale-starts", "date-sale-price-starts") | if . then moment("") else null end),
        sale_until: (cell("sale-until", "sale-end", "sale-ends", "date-sale-price-ends") | if . then moment("T23:59:59") else null end)
      } else {amount: ($sale // $price)} end
    ] else [] end),
    stock: (if $availability or $quantity then {
      availability: (if $availability then $availability | known_availability elif ($quantity | tonumber) > 0 then "in_stock" else "out_of_stock" end),
      quantity: $quantity
    } else null end)
  } as $unit
| {
    type: "product",
    id: ($group // $unit.id),
    name: cell("name", "title"),
    slug: (cell("slug", "handle") | if . then slug else null end),
    description: cell("description"),
    short_description: cell("short-description"),
    brand: cell("brand", "vendor", "manufacturer"),
    status: (cell("status") // (cell("published") | if . and is_no then "draft" else null end) | if . then ascii_downcase else null end),
    tags: (cell("tags") | parts),
    category_ids: [$paths[] | join("/") | slug],
    media: [cell("images", "image", "image-link", "image-url"), cell("additional-images", "additional-image-link") | parts[] | {url: ., type: "image"}],
    attributes: [$row | to_entries[] | named("attribute") | {code, label: .name, value}],
    updated_at: (cell("updated-at") | if . then time($time_zone) else null end)
  } as $product
| (
    $paths[] as $path | range($path | length) as $depth
    | {
        type: "category",
        id: ($path[:$depth + 1] | join("/") | slug),
        name: $path[$depth],
        parent_id: (if $depth > 0 then $path[:$depth] | join("/") | slug else null end)
      }
  ),
  if $group then
    # A row without a name goes on with the product of a row above.
    (if $product.name then $product + {options: [$options[] | {code, name, values: [{code: .value}]}]} else empty end),
    ($unit + {type: "variant", product_id: $group, media: $product.media, options: ([$options[] | {key: .code, value}] | from_entries)})
  else
    ($product + $unit | .attributes += [$options[] | {code, label: .name, value}])
  end
