# One record of the data set becomes one product document.
#
# The records have no department: the words of the title decide, first match first, without regular expressions.
# The department ids are those of departments.jq.

def has_word($words): . as $title | any($words[]; . as $word | $title | contains($word));

def departments:
  [
    ["toys-office", ["puzzle", "wasgij", "doll", "toy", "playhouse"]],
    ["ink-toner", ["toner", "ink cartridge", "cartridge", "ribbon", "printhead", "print head", "imaging", "drum", "developer unit", "waste ink", "ink tank", "singlepack", "multipack", "original"]],
    ["paper-labels", ["paper", "label", "transparency", "envelope", "self-adhesive", "canvas", "printing film"]],
    ["printers", ["printer", "multifunctional", "scanner", "fuser", "laminator", "shredder", "copier", "maintenance kit", "plotter", "fax", "feeder", "stapler", "tray", "laserjet", "inkjet", "officejet", "designjet", "dpi", "ppm"]],
    ["notebooks", ["notebook", "chromebook", "netbook", "laptop", "tablet", "docking"]],
    ["components", ["processor", "motherboard", "graphics card", "cooling", "cooler", "power supply", "computer case", "interface cards", "socket"]],
    ["memory-storage", ["memory", "flash drive", "ddr", "dimm", "card reader", "hard drive", "hdd", "hard disk", "solid state", "ssd", "disk array", "tape drive", "raid", "nas ", "dvd", "cd-r", "blu-ray", "tape array", "data tape", "serial ata", "storage"]],
    ["computers", ["pc ", "workstation", "server", "thin client", "desktop", "barebone", "all-in-one", "tower"]],
    ["cables", ["cable", "adapter", "connector", "patch panel", "coupler", "gender changer", "splitter", "wire ", "hub", "rca", "displayport", "hdmi", "vga", "dvi"]],
    ["networking", ["network", "router", "switch", "access point", "transceiver", "modem", "firewall", "kvm", "antenna", "telephone", "rack", "ethernet", "wireless lan", "managed", "voip"]],
    ["audio", ["headphone", "headset", "speaker", "microphone", "audio", "radio", "mp3", "earphone", "amplifier", "music"]],
    ["displays", ["monitor", "display", "projector", "projection", "television", " tv", "mount", "screen", "signage", "photoframe"]],
    ["input", ["keyboard", "mouse", "mice", "stylus", "barcode", "webcam", "gamepad", "joystick", "controller", "remote control", "pen "]],
    ["photo-phones", ["camera", "lens", "camcorder", "surveillance", "security", "tripod", "video", "intercom", "phone", "navigator", "gps", "alarm"]],
    ["power", ["ups ", "uninterruptible", "battery", "batteries", "power", "charger", "surge", "outlet", "lithium", "volt"]],
    ["bags-cases", ["case", "bag", "sleeve", "backpack", "cover", "pouch"]],
    ["home", ["coffee", "vacuum", "blender", "toaster", "kettle", "oven", "lamp", "bulb", "iron", "fan", "light", "cleaning", "kitchen", "chair", "desk", "shelf", "heater", "shaver", "hair", "toothbrush"]],
    ["toys-office", ["toy", "doll", "puzzle", "game", "lego", "kids", "axi ", "playground", "famil", "binder", "folder", "marker", "calculator", "tape", "scissors", "board"]]
  ];

def department:
  ascii_downcase as $title
  | [departments[] | . as [$id, $words] | select($title | has_word($words)) | $id][0] // "other";

# `attr_n_usb_2_0_ports_quantity` becomes "Usb 2 0 ports quantity": the data has no better label.
def humanised:
  [split("_")[] | select(. != "")] | join(" ") | .[:1] as $first | ($first | ascii_upcase) + .[1:];

# In the keys `t` is text, `n` a number, `b` yes or no.
def attributes:
  [
    to_entries[]
    | select((.key | startswith("attr_")) and .value != null and .value != "")
    | {code: .key[7:], label: (.key[7:] | humanised), value}
  ];

(.title | department) as $department
| {
  type: "product",
  id,
  name: .title[:480],
  brand: .supplier,
  mpn: .name,
  sku: .id,
  gtin: ([.ean[]? | gtin // empty][0]),
  short_description,
  category_ids: [$department],
  primary_category_id: $department,
  attributes: attributes,
  media: ([.img_500x500, .img_high] | map(select(. != null and . != "")) | unique | map({url: ., type: "image"})),
  prices: [{amount: (.price | money_minor($currency)), currency: $currency}],
  created_at: .date_released,
  updated_at
}
