# One item. The product type is a path of categories; Google's own taxonomy is not the shop's and stays out.
def one: if type == "array" then (.[0] | one) elif type == "object" then (."#text" | one) elif . == "" then null else . end;
# "15.00 EUR", as Google wants it; some write "EUR 15.00" or "15,00 EUR".
def words: one | if . then split(" ") | map(select(. != "")) else [] end;
def is_amount: explode[0] | . >= 48 and . <= 57;
def amount: [words[] | select(is_amount)][0]
  | if . == null then null elif (split(",") | length == 2 and (.[1] | length) == 2) then dec(",") else dec(".") end;
def unit: [words[] | select(is_amount | not)][0] // $currency;
def availability: one // "" | gsub(" "; "_") | ascii_downcase
  | if . == "in_stock" or . == "out_of_stock" or . == "preorder" or . == "backorder" then . else "out_of_stock" end;
# When a sale begins and when it is over, "2026-11-27T00:00+0100/2026-11-30T23:59+0100". A day without a time lasts until it ends.
def sale_dates: .sale_price_effective_date | one | if . == null then {} else
    . as $told | split("/") as $days
    | {
      sale_from: ($days[0] | time($time_zone)),
      sale_until: ($days[1] // "" | if length == 10 then . + "T23:59:59" else . end | time($time_zone))
    }
    | if .sale_from and .sale_until then . else error("sale_price_effective_date `\($told)` is not two times with / between them") end
  end;
# What the items of a group differ in.
def choices: [
  (.color | one | select(.) | {code: "color", name: "Color", value: .}),
  (.size | one | select(.) | {code: "size", name: "Size", value: .}),
  (.material | one | select(.) | {code: "material", name: "Material", value: .}),
  (.pattern | one | select(.) | {code: "pattern", name: "Pattern", value: .})
];
# A part of a path without a letter or digit has no address and is no category.
((.product_type | one // "" | split_path(">")) // [] | map(select((slug // "") != ""))) as $path
| (.price | amount) as $price
| (.sale_price | amount) as $sale
| (
    range($path | length) as $depth
    | {
        type: "category",
        id: ($path[:$depth + 1] | join("/") | slug),
        name: $path[$depth],
        parent_id: (if $depth > 0 then $path[:$depth] | join("/") | slug else null end)
      }
  ),
  (.item_group_id | one) as $group
  | {
    id: (.id | one),
    sku: (.id | one),
    gtin: (.gtin | one | gtin),
    mpn: (.mpn | one),
    media: ([.image_link | one | select(.) | {url: ., type: "image"}] + [.additional_image_link[]? | one | select(.) | {url: ., type: "image"}]),
    prices: (if (.price | one) then [
      {currency: (.price | unit)}
      + if $sale and ($price | tonumber) > 0 then {amount: $price, sale_price: $sale} + sale_dates else {amount: ($sale // $price)} end
    ] else [] end),
    stock: {availability: (.availability | availability), available_at: (.availability_date | one | time), lead_time_days: (.max_handling_time | one | if . then tonumber else null end)}
  } as $unit
  | {
    type: "product",
    id: ($group // $unit.id),
    name: (.title | one),
    description: (.description // .summary | one),
    brand: (.brand | one),
    category_ids: (if ($path | length) > 0 then [$path | join("/") | slug] else [] end)
  } as $product
  # The items of a group are the variants of one product, which the first of them describes.
  | if $group then
      ($product + {media: $unit.media, options: [choices[] | {code, name, values: [{code: .value}]}]}),
      ($unit + {type: "variant", product_id: $group, name: (.title | one), options: ([choices[] | {key: .code, value}] | from_entries)})
    else
      $product + $unit + {attributes: [choices[] | {code, label: .name, value}]}
    end
