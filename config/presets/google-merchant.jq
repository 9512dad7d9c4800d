# One item. The product type is a path of categories; Google's own taxonomy is not the shop's and stays out.
def one: if type == "array" then (.[0] | one) elif type == "object" then (."#text" | one) elif . == "" then null else . end;
# "15.00 EUR"
def amount: one | if . then (split(" ")[0] | dec(".")) else null end;
def unit: one | if . then (split(" ")[1] // $currency) else $currency end;
def availability: one // "" | gsub(" "; "_") | ascii_downcase
  | if . == "in_stock" or . == "out_of_stock" or . == "preorder" or . == "backorder" then . else "out_of_stock" end;
def attribute($code; $label): one | if . then {code: $code, label: $label, value: .} else empty end;
((.product_type | one // "" | split_path(">")) // []) as $path
# A mapping knows no clock: a sale that is bound to dates leaves the usual price.
| (if (.sale_price_effective_date | one) then null else (.sale_price | amount) end) as $sale
| (
    range($path | length) as $depth
    | {
        type: "category",
        id: ($path[:$depth + 1] | join("/") | slug),
        name: $path[$depth],
        parent_id: (if $depth > 0 then $path[:$depth] | join("/") | slug else null end)
      }
  ),
  {
    type: "product",
    id: (.id | one),
    sku: (.id | one),
    name: (.title | one),
    description: (.description // .summary | one),
    brand: (.brand | one),
    gtin: (.gtin | one | gtin),
    mpn: (.mpn | one),
    category_ids: (if ($path | length) > 0 then [$path | join("/") | slug] else [] end),
    media: ([.image_link | one | select(.) | {url: ., type: "image"}] + [.additional_image_link[]? | one | select(.) | {url: ., type: "image"}]),
    prices: (if (.price | one) then [{
      amount: ($sale // (.price | amount)),
      currency: (.price | unit),
      compare_at: (if $sale then (.price | amount) else null end)
    }] else [] end),
    stock: {availability: (.availability | availability), available_at: (.availability_date | one | time)},
    attributes: [
      (.color | attribute("color"; "Color")),
      (.size | attribute("size"; "Size")),
      (.material | attribute("material"; "Material")),
      (.pattern | attribute("pattern"; "Pattern"))
    ]
  }
