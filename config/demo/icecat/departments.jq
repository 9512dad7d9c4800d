# The departments that products.jq sorts products into, whatever the record says.

def department($position; $id; $name; $text):
  {type: "category", id: $id, name: $name, position: $position, description: "<p>\($text)</p>"};

department(1; "ink-toner"; "Ink & Toner"; "Cartridges, drums and ribbons for printers of all makes."),
department(2; "paper-labels"; "Paper & Labels"; "Everything a printer prints on."),
department(3; "printers"; "Printers & Scanners"; "Machines that put things on paper, and their spare parts."),
department(4; "notebooks"; "Notebooks & Tablets"; "Computers to carry, and docks to come home to."),
department(5; "computers"; "Computers & Servers"; "For under the desk, on the desk and in the rack."),
department(6; "components"; "Components"; "Processors, boards, graphics cards and what keeps them cool."),
department(7; "memory-storage"; "Memory & Storage"; "Modules, cards, drives and discs."),
department(8; "displays"; "Displays & Projectors"; "Monitors, televisions, projectors and their mounts."),
department(9; "input"; "Keyboards & Mice"; "What hands do all day."),
department(10; "cables"; "Cables & Adapters"; "From any socket to any other."),
department(11; "networking"; "Networking"; "Switches, routers and access points."),
department(12; "audio"; "Audio"; "Headphones, speakers and microphones."),
department(13; "photo-phones"; "Cameras & Phones"; "Pictures, calls and the way home."),
department(14; "power"; "Power"; "Batteries, chargers and what keeps the lights on."),
department(15; "bags-cases"; "Bags & Cases"; "Something soft around something fragile."),
department(16; "home"; "Home"; "Coffee, light and clean floors."),
department(17; "toys-office"; "Toys & Office"; "For desks and for the floor beside them."),
department(18; "other"; "Everything else"; "What fits nowhere and is needed all the same.")
