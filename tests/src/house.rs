//! Several shops in one server, by host and by file.

use crate::documents;
use crate::shop::{Page, Shop, ShopBuilder};

/// A shop with a name and an id of its own, published once into its own store.
async fn published(id: &str, builder: ShopBuilder) -> Shop {
    let shop = builder.start();
    shop.reconfigure(|text| {
        text.replace("id = \"demo\"", &format!("id = \"{id}\""))
            .replace("Test shop", &format!("The shop of {id}"))
    });
    shop.once().await;
    shop
}

/// A house of shops, run from the folder of the first one.
#[derive(Debug)]
pub struct House {
    /// The first shop, whose folder and addresses are those of the server.
    pub server: Shop,
    /// The others.
    pub others: Vec<Shop>,
}

impl House {
    /// Publishes shops of three, four, … products; serves nothing.
    pub async fn of(ids: &[&str]) -> Self {
        let shops = ids.iter().enumerate().map(|(number, id)| {
            let documents = documents::shop(3 + number);
            (*id, ShopBuilder::of(documents))
        });
        Self::of_shops(shops.collect()).await
    }

    /// Publishes these shops, each under its id; serves nothing.
    ///
    /// # Panics
    /// One of them cannot be published.
    pub async fn of_shops(builders: Vec<(&str, ShopBuilder)>) -> Self {
        let mut shops = Vec::new();
        for (id, builder) in builders {
            shops.push(published(id, builder).await);
        }
        let server = shops.remove(0);
        let house = Self {
            server,
            others: shops,
        };
        let config = house.server.folder().join("server.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        let text = text
            .lines()
            .filter(|line| !line.starts_with("shop =") && !line.starts_with("base_url"));
        let text = text.collect::<Vec<_>>().join("\n");
        std::fs::write(&config, format!("shops = \"shops.d\"\n{text}\n")).expect("a configuration");
        std::fs::create_dir(house.server.folder().join("shops.d")).expect("a folder");
        house
    }

    /// Starts the server and waits until these shops are served.
    pub async fn serve(&mut self, ids: &[&str]) {
        self.server.start_server();
        self.server
            .until("the server is ready", async |shop| {
                shop.ready().await.then_some(())
            })
            .await;
        for id in ids {
            self.answers(id, 200).await;
        }
    }

    /// Waits until a host answers with this status.
    pub async fn answers(&self, id: &str, status: u16) {
        let what = format!("{id} answers {status}");
        self.server
            .until(&what, async |_| {
                (self.home(id).await.status == status).then_some(())
            })
            .await;
    }

    /// Drops a shop's file into the folder.
    ///
    /// # Panics
    /// There is no such shop, or the file cannot be written.
    pub fn drop_in(&self, id: &str, more: &str) {
        let stores = std::iter::once(&self.server).chain(&self.others);
        let store = stores
            .map(|shop| shop.folder().join("store"))
            .find(|store| store.join("shops").join(id).is_dir())
            .expect("a store");
        let text = format!(
            "shop = \"{id}\"\nbase_url = \"https://{id}.example\"\nstore = \"{}\"\n{more}\n",
            store.display()
        );
        self.write(id, &text);
    }

    /// Writes a shop's file, whatever it says.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, id: &str, text: &str) {
        std::fs::write(self.file(id), text).expect("a file");
    }

    /// Where a shop's file is.
    pub fn file(&self, id: &str) -> std::path::PathBuf {
        let folder = self.server.folder().join("shops.d");
        folder.join(format!("{id}.toml"))
    }

    /// The home page of a shop.
    pub async fn home(&self, id: &str) -> Page {
        let ask = self.server.client().get(self.server.url("/"));
        let ask = ask.header("host", format!("{id}.example"));
        self.server.request(ask).await
    }

    /// Has the folder read again, and waits until a host answers with this status.
    pub async fn reload(&self, id: &str, status: u16) {
        self.server.signal("frontage-server", "HUP");
        self.answers(id, status).await;
    }
}
