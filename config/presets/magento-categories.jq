# One category. The root is at level 0, those of shops at level 1: what is below these stands at the top.
def own($code): [.custom_attributes[]? | select(.attribute_code == $code) | .value][0] | if . == "" then null else . end;
select(.level > 1)
| {
    type: "category",
    id: (.id | tostring),
    name,
    slug: own("url_key"),
    parent_id: (if .level > 2 then .parent_id | tostring else null end),
    position,
    status: (if .is_active == false then "draft" else "active" end),
    description: own("description"),
    media: (own("image") as $image | if $image == null or $base_url == "" then []
      elif ($image | startswith("/")) then [{url: ($base_url + $image), type: "image"}]
      else [{url: "\($base_url)/media/catalog/category/\($image)", type: "image"}] end),
    seo: {title: own("meta_title"), description: own("meta_description")},
    updated_at: (.updated_at | if . then time else null end)
  }
