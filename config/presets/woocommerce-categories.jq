# One category. Parent 0 is none.
def plain: if contains("<") or contains("&") then text else . end;
{
  type: "category",
  id: (.id | tostring),
  name: (.name | plain),
  slug: .slug,
  parent_id: (if .parent == 0 or .parent == null then null else .parent | tostring end),
  position: .menu_order,
  description: .description,
  media: [.image | values | select(type == "object" and .src) | {url: .src, type: "image", alt: .alt}]
}
