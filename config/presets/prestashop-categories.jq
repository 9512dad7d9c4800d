# One category.
def filled: if . == null or . == false or . == "" then null else tostring end;
def words: if type == "array" then ((map(select((.id | tostring) == $language)) + .)[0].value) else . end | filled;
def is_root: . as $id | $root_categories | index($id);
(.id | tostring) as $id | (.id_parent | filled) as $parent
| select($id | is_root | not)
| {
    type: "category",
    id: $id,
    name: (.name | words),
    slug: (.link_rewrite | words),
    parent_id: ($parent | if . == null or is_root then null else . end),
    position: (.position | filled),
    status: (if (.active | tostring) == "0" then "draft" else "active" end),
    description: (.description | words),
    seo: {title: (.meta_title | words), description: (.meta_description | words)},
    updated_at: (.date_upd | filled | if . then time($time_zone) else null end)
  }
