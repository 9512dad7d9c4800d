# One product or article, one catalogue group, or one product in a group.
def filled: if . == "" then null else . end;
def list: if . == null then [] elif type == "array" then . else [.] end;
def plain: if type == "object" then ."#text" else . end | filled;
# A text that may be there in several languages.
def said: list | ([.[] | select(type == "object" and ."@lang" == $language)] + .)[0] | plain;
def address: filled | if . == null or startswith("http://") or startswith("https://") then . elif $media_url != "" then $media_url + . else null end;
# What a MIME entry is; other things than these are not shown.
def medium: ascii_downcase
  | if . == "" or . == "jpg" or . == "gif" or startswith("image") then "image"
    elif . == "application/pdf" then "document"
    elif startswith("video/") then "video"
    else null end;
def media: [
  .MIME_INFO.MIME | list[] | (.MIME_TYPE | plain // "" | medium) as $medium
  | select($medium)
  | {order: (.MIME_ORDER | plain // "9999" | tonumber), url: (.MIME_SOURCE | said | address), alt: (.MIME_DESCR | said), type: $medium}
] | sort_by(.order) | map(select(.url) | {url, alt, type});
# An amount for 100 pieces is one for a piece with its point moved; other quantities give no exact price.
def each_of($quantity): ({"10": 1, "100": 2, "1000": 3}[$quantity | tostring]) as $places
  | if $places == null then null else
      split(".") | ("000" + .[0]) as $whole | $whole[:-$places] + "." + $whole[-$places:] + (.[1] // "")
    end;
# In the shop's currency, for one unit, without a factor that would have to be calculated with.
def candidates: [
  (.PRODUCT_PRICE_DETAILS // .ARTICLE_PRICE_DETAILS | list[]) | (.PRODUCT_PRICE // .ARTICLE_PRICE | list[])
  | select((.PRICE_CURRENCY | plain // $currency) == $currency)
  | select((.LOWER_BOUND | plain // "1" | tonumber) <= 1 and (.PRICE_FACTOR | plain // "1" | tonumber) == 1)
  | {type: (."@price_type" // ""), amount: (.PRICE_AMOUNT | plain)}
];
def amount: candidates
  | if $price_type != "" then map(select(.type == $price_type)) elif (map(.type) | unique | length) == 1 then . else [] end
  | .[0].amount;
def relation: {"accessories": "accessory", "sparepart": "spare_part", "similar": "substitute", "followup": "substitute", "consists_of": "bundle_item"}[.] // "related";
def value: list | map(plain | values) | if length == 1 then .[0] else . end;

if has("GROUP_ID") then
  (.GROUP_ID | plain) as $id | (.PARENT_ID | plain) as $parent
  | select($id != $root_group)
  | {
      type: "category",
      id: $id,
      name: (.GROUP_NAME | said),
      parent_id: (if $parent == "0" or $parent == $root_group then null else $parent end),
      position: (.GROUP_ORDER | plain),
      description: (.GROUP_DESCRIPTION | said),
      media: media
    }
elif has("CATALOG_GROUP_ID") then
  (.CATALOG_GROUP_ID | plain) as $group
  | select($group != $root_group)
  | {type: "placement", product_id: (.PROD_ID // .ART_ID | plain), category_id: $group}
else
  (.PRODUCT_DETAILS // .ARTICLE_DETAILS) as $details
  | (.PRODUCT_ORDER_DETAILS // .ARTICLE_ORDER_DETAILS // {}) as $order
  | (.SUPPLIER_PID // .SUPPLIER_AID | said) as $number
  | ($order.PRICE_QUANTITY | plain // "1" | tonumber) as $quantity
  | (amount | if . == null then null elif $quantity == 1 then money($currency) else [each_of($quantity) | values | money($currency)?][0] end) as $amount
  | {
      type: "product",
      id: $number,
      sku: $number,
      name: ($details.DESCRIPTION_SHORT | said),
      description: ($details.DESCRIPTION_LONG | said),
      brand: ($details.MANUFACTURER_NAME | said),
      mpn: ($details.MANUFACTURER_PID // $details.MANUFACTURER_AID | said),
      gtin: ([($details.INTERNATIONAL_PID | list[] | select(type != "object" or ."@type" != "supplier_specific")), ($details.EAN | list[])] | map(plain | values | gtin | values)[0]),
      tags: [$details.KEYWORD | list[] | plain | values],
      status: (if ."@mode" == "delete" then "archived" else "active" end),
      media: media,
      prices: (if $amount then [{amount: $amount, currency: $currency}] else [] end),
      attributes: [
        (.PRODUCT_FEATURES // .ARTICLE_FEATURES | list[]) | .FEATURE | list[]
        | (.FNAME | said) as $name
        | select($name and ($name | slug))
        | {code: ($name | slug), label: $name, value: (.FVALUE | value), unit: (.FUNIT | plain)}
      ],
      related: [
        (.PRODUCT_REFERENCE // .ARTICLE_REFERENCE | list[])
        | (."@type" | relation) as $relation | (.PROD_ID_TO // .ART_ID_TO | list[] | plain | values)
        | {relation: $relation, product_id: .}
      ]
    }
end
