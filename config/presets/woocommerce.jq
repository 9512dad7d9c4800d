# One product, with its variations. Nothing is "", times are UTC without saying so.
def filled: if . == "" then null else . end;
# Names may have been written for a page.
def plain: if contains("<") or contains("&") then text else . end;
# The price now; what it is reduced from only while it is.
def prices: (.price | filled) as $amount | (.regular_price | filled) as $usual
  | if $amount == null then [] else [{
      amount: ($amount | money($currency)),
      currency: $currency,
      compare_at: (if $usual and ($usual | tonumber) > ($amount | tonumber) then $usual | money($currency) else null end)
    }] end;
def stock($shared): {
  availability: ({"instock": "in_stock", "onbackorder": "backorder"}[.stock_status] // "out_of_stock"),
  quantity: (if .manage_stock == true then .stock_quantity elif .manage_stock == "parent" then $shared else null end)
};
def gtin_of: .global_unique_id // "" | filled | if . then gtin else null end;
def picture: {url: .src, type: "image", alt: .alt};
(.id | tostring) as $id
| if .status != "publish" then
  # Changes bring it, so that it goes. Whatever else it says may not be ready.
  {type: "product", id: $id, name: ((.name // "" | plain | filled) // $id), status: "draft"}
else
. as $product
| [.attributes[]? | select(.variation == true)] as $choices
| {
    type: "product",
    id: $id,
    slug: .slug,
    name: (.name | plain),
    description: .description,
    short_description: .short_description,
    status: "active",
    visibility: ({"catalog": "catalog", "search": "search", "hidden": "hidden"}[.catalog_visibility // ""]),
    brand: (.brands[0]?.name // null | if . then plain else null end),
    category_ids: [.categories[]?.id | tostring],
    position: .menu_order,
    tags: [.tags[]?.name | plain],
    media: [.images[]? | picture],
    attributes: [.attributes[]? | select(.variation != true and (.options | length) > 0)
      | {code: (.name | slug // .), label: .name, value: (.options | map(plain) | if length == 1 then .[0] else . end)}],
    options: [$choices[] | {code: (.name | slug // .), name: .name, values: [.options[] | {code: ., name: plain}]}],
    related: ([.upsell_ids[]? | {relation: "upsell", product_id: tostring}]
      + [.cross_sell_ids[]? | {relation: "cross_sell", product_id: tostring}]
      + [.grouped_products[]? | {relation: "grouped_item", product_id: tostring}]),
    created_at: (.date_created_gmt // "" | time),
    updated_at: (.date_modified_gmt // "" | time),
    custom: (.external_url // "" | if . == "" then null else {external_url: .} end)
  } as $common
| if .type == "variable" and ((.variations | length) > 0) then
    $common + {variants: [
      .variations[] | select(type == "object")
      | {
          id: (.id | tostring),
          sku: (.sku | filled),
          gtin: gtin_of,
          status: (if .status == "publish" then "active" else "draft" end),
          position: .menu_order,
          # Without a value, a variation is for any of them.
          options: ([.attributes[]? | {key: (.name | slug // .), value: (.option | filled | values)}] | from_entries),
          prices: prices,
          stock: stock($product.stock_quantity),
          media: [.image | values | select(.src) | picture]
        }
    ]}
  else
    $common + {sku: (.sku | filled), gtin: gtin_of, prices: prices, stock: stock(null)}
  end
end
