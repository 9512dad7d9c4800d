# One item: a template, a variant of one, or an article of its own. Yes is 1.
def filled: if . == "" then null else . end;
def pictures: (.image | filled) as $image
  | if $image == null then []
    elif ($image | startswith("http://") or startswith("https://")) then [{url: $image, type: "image"}]
    elif $base_url != "" and ($image | startswith("/files/")) then [{url: ($base_url + $image), type: "image"}]
    else [] end;
def number: [.barcodes[]?.barcode | gtin | values][0];
def prices: if (.standard_rate // 0) > 0 then [{amount: (.standard_rate | money($currency)), currency: $currency}] else [] end;
(.item_code // .name) as $code
| (.has_variants == 1) as $is_template
| {sku: $code, gtin: number, prices: prices} as $unit
| if .disabled == 1 or .is_sales_item == 0 then
    # Changes bring it, so that it goes. Whatever else it says does not matter.
    if (.variant_of | filled) then {type: "variant", product_id: .variant_of, id: $code, status: "draft"}
    else {type: "product", id: $code, name: (.item_name | filled // $code), status: "draft"} end
  elif (.variant_of | filled) then
    {
      type: "variant",
      product_id: .variant_of,
      id: $code,
      status: "active",
      options: ([.attributes[]? | {key: .attribute, value: (.attribute_value | filled | values)}] | from_entries),
      media: pictures
    } + $unit
  else
    (.item_name | filled // $code) as $name
    | {
        type: "product",
        id: $code,
        name: $name,
        # Without a description an item has its name or number there.
        description: (.description | filled | if . != null and (text as $words | $words == $name or $words == $code) then null else . end),
        brand: (.brand | filled),
        status: "active",
        category_ids: [.item_group | filled | values],
        media: pictures,
        created_at: (.creation | filled | if . then time($time_zone) else null end),
        updated_at: (.modified | filled | if . then time($time_zone) else null end)
      }
    | if $is_template then . else . + $unit end
  end
