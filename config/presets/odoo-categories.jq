# One product.category or product.public.category.
def id_of: if type == "object" then .id elif type == "array" then .[0] elif . == false then null else . end;
{
  type: "category",
  id: (.id | tostring),
  name,
  parent_id: (.parent_id | id_of | if . then tostring else null end),
  position: (.sequence | if . == false then null else . end)
}
