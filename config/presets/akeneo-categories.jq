# One category. Trees other than the shop's come along, at the top.
select(.code != $root_category)
| {
    type: "category",
    id: .code,
    name: (.labels[$locale] // "" | if . == "" then null else . end) ,
    parent_id: (if .parent == $root_category then null else .parent end),
    position: .position,
    updated_at: (.updated | if . then time else null end)
  }
| .name //= .id
