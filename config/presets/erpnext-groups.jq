# One item group.
def filled: if . == "" then null else . end;
select(.name != $root_group)
| (.parent_item_group | filled) as $parent
| {
    type: "category",
    id: .name,
    name: ((.item_group_name | filled) // .name),
    parent_id: (if $parent == $root_group then null else $parent end),
    position: .lft
  }
