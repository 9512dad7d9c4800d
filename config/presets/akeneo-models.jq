# One product model with the variants below it. Each value is a list of entries by language and channel.
def filled: if . == "" then null else . end;
def entry: [.[]? | select((.locale == null or .locale == $locale) and (.scope == null or .scope == $scope))][0];
def data($code): .values[$code] | entry | .data | filled;
def unit: {
    "MILLIMETER": "mm", "CENTIMETER": "cm", "METER": "m", "KILOMETER": "km", "INCH": "in", "FEET": "ft", "GRAM": "g", "KILOGRAM": "kg",
    "MILLIGRAM": "mg", "POUND": "lb", "OUNCE": "oz", "LITER": "l", "MILLILITER": "ml", "CENTILITER": "cl", "WATT": "W", "KILOWATT": "kW", "VOLT": "V",
    "AMPERE": "A", "MILLIAMPEREHOUR": "mAh", "HERTZ": "Hz", "KILOHERTZ": "kHz", "MEGAHERTZ": "MHz", "GIGAHERTZ": "GHz", "CELSIUS": "°C",
    "MEGABYTE": "MB", "GIGABYTE": "GB", "TERABYTE": "TB", "SECOND": "s", "MINUTE": "min", "HOUR": "h", "DECIBEL": "dB", "BAR": "bar", "DEGREE": "°",
    "SQUARE_METER": "m²", "SQUARE_CENTIMETER": "cm²"
  }[.] // (split("_") | join(" ") | ascii_downcase);
# Prices in lists and files are no attributes; what was written as HTML is read as text.
def attribute($code): entry | select(. != null and .data != null and (has("_links") | not)) | .data
  | if type == "object" then (if has("unit") and .amount != null then {code: $code, value: (.amount | tonumber), unit: (.unit | unit)} else empty end)
    elif type == "array" then (if all(.[]; type == "string") and length > 0 then {code: $code, value: .} else empty end)
    elif type == "string" then {code: $code, value: (if contains("<") then text else . end)}
    else {code: $code, value: .} end;
def prices: [.[]? | select(.amount != null) | {amount: (.amount | money($currency)), currency}];
def relation: {"UPSELL": "upsell", "X_SELL": "cross_sell", "SUBSTITUTION": "substitute", "PACK": "bundle_item"}[.] // "related";
def pictures: if $media_url == "" then [] else [data($images[]) | strings | {url: ($media_url + .), type: "image"}] end;
# A choice has to be a text or a number; a measure is one with its unit.
def choice: if type == "object" then "\(.amount | tonumber) \(.unit // "" | unit)" elif type == "array" then join(", ") else tostring end;
([$name, $description, $short_description, $sku, $gtin, $brand, $price] + $images + $axes) as $fields
# Models below another one are no products of their own: their variants come with the one at the top.
| data($name) as $called
| select(.parent == null and $called != null)
| . as $model
| [.variants[]?] as $variants
| {
    type: "product",
    id: .code,
    name: $called,
    description: data($description),
    short_description: data($short_description),
    brand: (data($brand) | if type == "string" then . else null end),
    category_ids: .categories,
    media: pictures,
    attributes: [.values | to_entries[] | .key as $code | select($fields | index($code) | not) | .value | attribute($code)],
    related: [(.associations // {}) | to_entries[] | (.key | relation) as $relation | .value.products[]? | {relation: $relation, product_id: .}],
    # Without variants nothing of it can be bought.
    status: (if ($variants | length) > 0 then "active" else "draft" end),
    variants: [$variants[] | (data($sku) // .identifier) as $number
      | ([$axes[] as $axis | select($model.values[$axis] == null) | {key: $axis, value: (data($axis) | values | choice)}] | from_entries) as $chosen
      | {
          id: (.uuid // .identifier),
          sku: $number,
          gtin: (data($gtin) | if . then gtin else null end),
          status: (if .enabled == false then "draft" else "active" end),
          options: (if $chosen == {} and ($variants | length) > 1 then {variant: ($number // .uuid)} else $chosen end),
          prices: (data($price) | prices | map(select(.currency == $currency))),
          media: pictures
        }],
    created_at: (.created | if . then time else null end),
    updated_at: (.updated | if . then time else null end)
  }
