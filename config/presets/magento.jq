# One product, with its children. What is not the same for all shops stands in a list of codes and values.
def filled: if . == "" or . == "no_selection" then null else . end;
def own($code): [.custom_attributes[]? | select(.attribute_code == $code) | .value][0] | filled;
def at($file): $media_url + (if $file | startswith("/") then "" else "/" end) + $file;
# Magento keeps days: a reduction begins with its first and lasts until its last one ends.
def day($code; $hour): own($code) | if . == null then null else
    . as $told | .[:10] + $hour | time($time_zone) | if . then . else error("\($code) `\($told)` is no day") end
  end;
# Of two prices, Magento itself takes the lower one, and so is `sale_price` understood.
def reduction: own("special_price") as $amount | if $amount == null then {} else {
    sale_price: ($amount | money($currency)),
    sale_from: day("special_from_date"; "T00:00:00"),
    sale_until: day("special_to_date"; "T23:59:59")
  } end;
# What is for everybody (32000) or for who is not logged in (0), from two pieces on; of two from the same number on, the lower one.
def tiers: [.tier_prices[]? | select((.customer_group_id == 32000 or .customer_group_id == 0) and .qty > 1 and .value > 0)
    | {min_quantity: (.qty | ceil), amount: .value}]
  | [group_by(.min_quantity)[] | min_by(.amount)][:16] | map(.amount |= money($currency));
# Prices of bundles and groups are made of those of their parts.
def prices: if .price == null or .type_id == "configurable" or .type_id == "grouped" or (.type_id == "bundle" and own("price_type") != "1") then []
  else [{amount: (.price | money($currency)), currency: $currency, tiers: tiers} + reduction] end;
def stock: .extension_attributes.stock_item | if . == null then null else {
  availability: (if .is_in_stock then "in_stock" elif (.backorders // 0) > 0 then "backorder" else "out_of_stock" end),
  quantity: (if .manage_stock then .qty else null end)
} end;
def gtin_of: if $gtin == "" then null else own($gtin) | if . then tostring | gtin else null end end;
# What is said elsewhere or not for shoppers.
def no_properties: [
    "description", "short_description", "meta_title", "meta_keyword", "meta_description", "url_key", "url_path", "image", "small_image", "thumbnail",
    "swatch_image", "image_label", "small_image_label", "thumbnail_label", "options_container", "required_options", "has_options", "tax_class_id",
    "category_ids", "special_price", "special_from_date", "special_to_date", "news_from_date", "news_to_date", "price_view", "price_type", "sku_type",
    "weight_type", "shipment_type", "msrp", "msrp_display_actual_price_type", "cost", "minimal_price", "gift_message_available", "gift_wrapping_available",
    "gift_wrapping_price", "custom_design", "custom_design_from", "custom_design_to", "custom_layout", "custom_layout_update", "custom_layout_update_file",
    "page_layout", "is_returnable", "links_title", "links_purchased_separately", "links_exist", "samples_title", "quantity_and_stock_status",
    "product_page_type", "allow_open_amount", "email_template", "lifetime", "use_config_lifetime", "is_redeemable"
  ] + $hidden + [$brand, $gtin];
. as $product
| no_properties as $others
| [.children[]?] as $children
# Options name their attribute by a number only; it is the one from which the children have these values.
| ([.extension_attributes.configurable_product_options[]? | . as $option | [.values[]?.value_index | tostring] as $values
    | {
        name: .label,
        values: $values,
        position,
        code: ([$children[0].custom_attributes[]?.attribute_code | . as $code
          | select(all($children[]; own($code) | if . == null then false else tostring as $value | $values | index($value) != null end))][0] // .attribute_id)
      }
  ] | sort_by(.position)) as $options
| {
    type: "product",
    id: .sku,
    name: .name,
    slug: own("url_key"),
    description: own("description"),
    short_description: own("short_description"),
    brand: (if $brand == "" then null else own($brand) end),
    # 1 is enabled.
    status: (if .status == 1 then "active" else "draft" end),
    # 1 is not by itself, 2 the catalogue, 3 search, 4 both.
    visibility: ({"1": "hidden", "2": "catalog", "3": "search"}[.visibility | tostring]),
    category_ids: [.extension_attributes.category_links[]?.category_id | tostring],
    category_positions: ([.extension_attributes.category_links[]? | select(.position | type == "number")
      | {key: (.category_id | tostring), value: .position}] | from_entries),
    media: (if $media_url == "" then [] else
        [.media_gallery_entries[]? | select(.disabled != true and .media_type == "image")] | sort_by(.position)
        | [.[] | {url: at(.file), type: "image", alt: .label}]
      end),
    attributes: [.custom_attributes[]? | select(.attribute_code as $code | $others | index($code) == null)
      | {code: .attribute_code, value: (.value | if type == "string" and contains("<") then text elif type == "object" then null else . end)}],
    options: [$options[] | select((.values | length) > 0) | {code, name, values: [.values[] | {code: .}]}],
    related: [.product_links[]? | {"related": "related", "upsell": "upsell", "crosssell": "cross_sell", "associated": "grouped_item"}[.link_type] as $relation
      | select($relation) | {relation: $relation, product_id: .linked_product_sku}],
    seo: {title: own("meta_title"), description: own("meta_description")},
    created_at: (.created_at | if . then time else null end),
    updated_at: (.updated_at | if . then time else null end)
  }
| if $product.type_id == "configurable" then
    # Without children nothing of it can be bought.
    . + {
      status: (if ($children | length) == 0 then "draft" else .status end),
      variants: [$children[] | {
        id: .sku,
        sku,
        status: (if .status == 1 then "active" else "draft" end),
        gtin: gtin_of,
        options: ([. as $child | $options[] | .code as $code | {key: $code, value: ($child | own($code) | values | tostring)}] | from_entries),
        prices: prices,
        stock: stock,
        media: (own("image") as $file | if $media_url == "" or $file == null then [] else [{url: at($file), type: "image"}] end)
      }]
    }
  else
    . + ($product | {sku, gtin: gtin_of, prices: prices, stock: stock})
  end
