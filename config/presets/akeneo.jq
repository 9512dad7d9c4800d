# One product. Each value is a list of entries by language and channel.
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
([$name, $description, $short_description, $sku, $gtin, $brand, $price] + $images) as $fields
# A variant comes with its model.
| select(.parent == null)
| (.uuid // .identifier) as $id
| data($name) as $called
# A product without a name in this language is not ready. Changes bring it and what is disabled, so that it goes.
| if $called == null or .enabled == false then
  {type: "product", id: $id, name: ($called // .identifier // $id), status: "draft"}
else
  {
    type: "product",
    id: $id,
    name: $called,
    sku: (data($sku) // .identifier),
    gtin: (data($gtin) | if . then gtin else null end),
    description: data($description),
    short_description: data($short_description),
    brand: (data($brand) | if type == "string" then . else null end),
    status: "active",
    category_ids: .categories,
    media: (if $media_url == "" then [] else [data($images[]) | strings | {url: ($media_url + .), type: "image"}] end),
    attributes: [.values | to_entries[] | .key as $code | select($fields | index($code) | not) | .value | attribute($code)],
    related: [(.associations // {}) | to_entries[] | (.key | relation) as $relation | .value.products[]? | {relation: $relation, product_id: .}],
    prices: (data($price) | prices | map(select(.currency == $currency))),
    created_at: (.created | if . then time else null end),
    updated_at: (.updated | if . then time else null end)
  }
end
