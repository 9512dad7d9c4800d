# One product. All scalars are texts, "0" is no, and an amount is net of tax with six decimals.
def filled: if . == null or . == false or . == "" then null else tostring end;
def words: if type == "array" then ((map(select((.id | tostring) == $language)) + .)[0].value) else . end | filled;
def micro: (if startswith("-") then -1 else 1 end) as $sign | ltrimstr("-") | split(".")
  | $sign * ((.[0] | tonumber) * 1000000 + ("1" + ((.[1] // "") + "000000")[:6] | tonumber) - 1000000);
# Half a cent counts as one, as in the shop.
def cents: . + 5000 | . / 10000 | floor | tostring | ("00" + .) as $digits
  | "\(if length > 2 then $digits[2:-2] else "0" end).\($digits[-2:])" | money($currency);
def taxed: . * (100 + ($tax_percent | tonumber)) / 100;
# A price that the shop has computed, or the net one with the tax.
def shown($computed; $net): if $computed then $computed | money($currency) elif $net then $net | micro | taxed | cents else null end;
def yes: tostring | . == "1" or . == "true";
def ids: [.[]?.id | tostring];

. as $product
| (.id | tostring) as $id
| (.link_rewrite | words) as $slug
| [.associations.categories | ids[] | select(. as $category | $root_categories | index($category) | not)] as $categories
| (.id_category_default | filled) as $main
| shown(.shown | filled; .price | filled) as $amount
| {
    type: "product",
    id: $id,
    name: (.name | words),
    slug: $slug,
    description: (.description | words),
    short_description: (.description_short | words),
    brand: (.manufacturer_name | filled),
    sku: (.reference | filled),
    gtin: ((.ean13 | filled) // (.upc | filled) | if . then gtin else null end),
    mpn: (.mpn | filled),
    status: (if (.active | yes) and (.state // "1" | yes) then "active" else "draft" end),
    visibility: ({"catalog": "catalog", "search": "search", "none": "hidden"}[.visibility // "both"]),
    condition: (.condition | filled),
    category_ids: $categories,
    primary_category_id: (if $main and ($categories | index($main)) then $main else null end),
    category_positions: ((.position_in_category | filled) as $position
      | if $main and $position then {($main): ($position | tonumber)} else {} end),
    media: (if $base_url == "" then [] else
        [.associations.images | ids[] | {url: "\($base_url)/\(.)-\($image_type)/\($slug // "image").jpg", type: "image"}]
      end),
    attributes: (if $features then
        [.associations.product_features[]? | {code: "feature-\(.id)", value: "feature-value-\(.id_feature_value)"}]
      else [] end),
    related: [.associations.accessories | ids[] | {relation: "accessory", product_id: .}],
    seo: {title: (.meta_title | words), description: (.meta_description | words)},
    # Price and stock of a product with combinations stand on these.
    prices: (if (.show_price // "1" | yes) and $amount then [{
      amount: $amount,
      currency: $currency,
      compare_at: (.before | filled | if . then money($currency) else null end | if . and (tonumber > ($amount | tonumber)) then . else null end)
    }] else [] end),
    created_at: (.date_add | filled | if . then time($time_zone) else null end),
    updated_at: (.date_upd | filled | if . then time($time_zone) else null end)
  }
