-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The seven domain tables of the original design: same names, columns, order and types, so that its
-- clients go on working. New: composite keys (store_id, id) behind every reference, so that no row can
-- point into another store and a foreign id fails exactly like a missing one; CHECKs for values that
-- can never be right; indexes led by the store, because policy and planner both ask for it first.
--
-- Indexes are named as in the original design; each is defined once, no prefix of another.

SET LOCAL ROLE retail_owner;

CREATE TABLE retail.stores (
    store_id       varchar(50) PRIMARY KEY,
    store_name     varchar(100) NOT NULL,
    store_location varchar(100),
    store_type     varchar(50),
    region         varchar(50),
    created_at     timestamptz DEFAULT CURRENT_TIMESTAMP,
    updated_at     timestamptz DEFAULT CURRENT_TIMESTAMP,
    is_active      boolean DEFAULT TRUE,
    -- The empty setting means "no store chosen".
    CONSTRAINT store_id_not_empty CHECK (store_id <> '')
);
CREATE INDEX idx_stores_region ON retail.stores (region);
CREATE INDEX idx_stores_active ON retail.stores (store_id) WHERE is_active;

CREATE TABLE retail.product_categories (
    category_id        serial PRIMARY KEY,
    category_name      varchar(100) NOT NULL UNIQUE,
    parent_category_id integer REFERENCES retail.product_categories (category_id),
    description        text,
    is_active          boolean DEFAULT TRUE,
    CONSTRAINT not_its_own_parent CHECK (parent_category_id <> category_id)
);
CREATE INDEX idx_product_categories_parent ON retail.product_categories (parent_category_id);

CREATE TABLE retail.customers (
    customer_id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    store_id             varchar(50) NOT NULL REFERENCES retail.stores (store_id),
    first_name           varchar(50) NOT NULL,
    last_name            varchar(50) NOT NULL,
    email                varchar(100) NOT NULL,
    phone                varchar(20),
    date_of_birth        date,
    gender               varchar(20),
    customer_since       date DEFAULT CURRENT_DATE,
    loyalty_tier         varchar(20) DEFAULT 'bronze',
    total_lifetime_value numeric(10,2) DEFAULT 0.00,
    created_at           timestamptz DEFAULT CURRENT_TIMESTAMP,
    updated_at           timestamptz DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT idx_customers_store_id UNIQUE (store_id, customer_id),
    CONSTRAINT email_has_an_at CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    CONSTRAINT known_loyalty_tier CHECK (loyalty_tier::text = ANY (ARRAY['bronze', 'silver', 'gold', 'platinum'])),
    CONSTRAINT possible_date_of_birth CHECK (date_of_birth BETWEEN DATE '1850-01-01' AND CURRENT_DATE)
);
CREATE UNIQUE INDEX idx_customers_email ON retail.customers (store_id, lower(email));
CREATE INDEX idx_customers_loyalty_tier ON retail.customers (store_id, loyalty_tier, customer_id);
CREATE INDEX idx_customers_created_at ON retail.customers (store_id, created_at, customer_id);
CREATE INDEX idx_customers_name ON retail.customers (store_id, last_name, first_name, customer_id);
CREATE INDEX idx_customers_since ON retail.customers (store_id, customer_since, customer_id);
CREATE INDEX idx_customers_lifetime_value ON retail.customers (store_id, total_lifetime_value, customer_id);

CREATE TABLE retail.products (
    product_id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    store_id            varchar(50) NOT NULL REFERENCES retail.stores (store_id),
    sku                 varchar(50) NOT NULL,
    product_name        varchar(200) NOT NULL,
    product_description text,
    category_id         integer REFERENCES retail.product_categories (category_id),
    brand               varchar(100),
    model               varchar(100),
    color               varchar(50),
    size                varchar(50),
    weight_kg           numeric(8,3),
    dimensions_cm       varchar(50),
    price               numeric(10,2) NOT NULL,
    cost                numeric(10,2),
    current_stock       integer DEFAULT 0,
    minimum_stock       integer DEFAULT 0,
    maximum_stock       integer DEFAULT 1000,
    reorder_point       integer DEFAULT 10,
    supplier_name       varchar(100),
    supplier_sku        varchar(50),
    is_active           boolean DEFAULT TRUE,
    is_featured         boolean DEFAULT FALSE,
    rating_average      numeric(3,2) DEFAULT 0.00,
    rating_count        integer DEFAULT 0,
    tags                text[],
    metadata            jsonb,
    created_at          timestamptz DEFAULT CURRENT_TIMESTAMP,
    updated_at          timestamptz DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT unique_sku_per_store UNIQUE (store_id, sku),
    CONSTRAINT idx_products_store_id UNIQUE (store_id, product_id),
    CONSTRAINT price_not_negative CHECK (price >= 0 AND price <> 'NaN'),
    CONSTRAINT cost_not_negative CHECK (cost >= 0 AND cost <> 'NaN'),
    CONSTRAINT weight_not_negative CHECK (weight_kg >= 0 AND weight_kg <> 'NaN'),
    CONSTRAINT stock_not_negative CHECK (current_stock >= 0 AND minimum_stock >= 0 AND maximum_stock >= 0 AND reorder_point >= 0),
    CONSTRAINT rating_between_0_and_5 CHECK (rating_average >= 0 AND rating_average <= 5 AND rating_count >= 0)
);
-- As typed into a search line: any case, the beginning is enough.
CREATE INDEX idx_products_sku ON retail.products (store_id, lower(sku) text_pattern_ops);
CREATE INDEX idx_products_name ON retail.products (store_id, product_name, product_id);
CREATE INDEX idx_products_category ON retail.products (store_id, category_id, product_id);
-- A reference's check asks for the category alone.
CREATE INDEX idx_products_category_any_store ON retail.products (category_id);
CREATE INDEX idx_products_brand ON retail.products (store_id, brand, product_id);
CREATE INDEX idx_products_price ON retail.products (store_id, price, product_id);
CREATE INDEX idx_products_stock ON retail.products (store_id, current_stock, product_id);
CREATE INDEX idx_products_rating ON retail.products (store_id, rating_average, product_id);
CREATE INDEX idx_products_created_at ON retail.products (store_id, created_at, product_id);
CREATE INDEX idx_products_active ON retail.products (store_id, product_id) WHERE is_active;
CREATE INDEX idx_products_featured ON retail.products (store_id, product_id) WHERE is_featured;
CREATE INDEX idx_products_low_stock ON retail.products (store_id, product_id) WHERE is_active AND current_stock <= reorder_point;
CREATE INDEX idx_products_tags ON retail.products USING gin (store_id, tags);
CREATE INDEX idx_products_metadata ON retail.products USING gin (store_id, metadata);

CREATE TABLE retail.sales_transactions (
    transaction_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    store_id         varchar(50) NOT NULL REFERENCES retail.stores (store_id),
    customer_id      uuid,
    transaction_date timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    transaction_type varchar(20) NOT NULL DEFAULT 'sale',
    payment_method   varchar(50),
    subtotal         numeric(10,2) NOT NULL,
    tax_amount       numeric(10,2) DEFAULT 0.00,
    discount_amount  numeric(10,2) DEFAULT 0.00,
    total_amount     numeric(10,2) NOT NULL,
    cashier_id       varchar(50),
    register_id      varchar(50),
    receipt_number   varchar(50),
    notes            text,
    metadata         jsonb,
    created_at       timestamptz DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT idx_sales_transactions_store_id UNIQUE (store_id, transaction_id),
    CONSTRAINT sales_transactions_customer_fkey FOREIGN KEY (store_id, customer_id)
        REFERENCES retail.customers (store_id, customer_id),
    CONSTRAINT known_transaction_type CHECK (transaction_type::text = ANY (ARRAY['sale', 'return', 'exchange'])),
    CONSTRAINT amounts_not_negative CHECK (subtotal >= 0 AND tax_amount >= 0 AND discount_amount >= 0 AND total_amount >= 0
        AND 'NaN' <> ALL (ARRAY[subtotal, tax_amount, discount_amount, total_amount])),
    CONSTRAINT possible_transaction_date CHECK (isfinite(transaction_date))
);
CREATE INDEX idx_sales_transactions_customer_id ON retail.sales_transactions (store_id, customer_id, transaction_date, transaction_id);
CREATE INDEX idx_sales_transactions_date ON retail.sales_transactions (store_id, transaction_date, transaction_id);
CREATE INDEX idx_sales_transactions_type ON retail.sales_transactions (store_id, transaction_type, transaction_date, transaction_id);
CREATE INDEX idx_sales_transactions_payment ON retail.sales_transactions (store_id, payment_method, transaction_date, transaction_id);
CREATE INDEX idx_sales_transactions_total ON retail.sales_transactions (store_id, total_amount, transaction_id);
CREATE INDEX idx_sales_transactions_receipt ON retail.sales_transactions (store_id, receipt_number, transaction_id);

CREATE TABLE retail.sales_transaction_items (
    item_id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    transaction_id  uuid NOT NULL,
    product_id      uuid NOT NULL,
    quantity        integer NOT NULL DEFAULT 1,
    unit_price      numeric(10,2) NOT NULL,
    total_price     numeric(10,2) NOT NULL,
    discount_amount numeric(10,2) DEFAULT 0.00,
    tax_amount      numeric(10,2) DEFAULT 0.00,
    created_at      timestamptz DEFAULT CURRENT_TIMESTAMP,
    store_id        varchar(50) NOT NULL,
    CONSTRAINT idx_sales_transaction_items_store_id UNIQUE (store_id, item_id),
    CONSTRAINT sales_transaction_items_transaction_fkey FOREIGN KEY (store_id, transaction_id)
        REFERENCES retail.sales_transactions (store_id, transaction_id) ON DELETE CASCADE,
    CONSTRAINT sales_transaction_items_product_fkey FOREIGN KEY (store_id, product_id)
        REFERENCES retail.products (store_id, product_id),
    CONSTRAINT positive_quantity CHECK (quantity > 0),
    CONSTRAINT positive_unit_price CHECK (unit_price >= 0 AND unit_price <> 'NaN'),
    CONSTRAINT positive_total_price CHECK (total_price >= 0 AND total_price <> 'NaN'),
    CONSTRAINT item_amounts_not_negative CHECK (discount_amount >= 0 AND tax_amount >= 0 AND discount_amount <> 'NaN' AND tax_amount <> 'NaN')
);
CREATE INDEX idx_sales_transaction_items_transaction_id ON retail.sales_transaction_items (store_id, transaction_id, item_id);
CREATE INDEX idx_sales_transaction_items_product_id ON retail.sales_transaction_items (store_id, product_id, item_id);

CREATE TABLE retail.product_embeddings (
    embedding_id    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id      uuid NOT NULL,
    store_id        varchar(50) NOT NULL,
    embedding_text  text NOT NULL,
    embedding       public.vector(1536),
    embedding_model varchar(100) NOT NULL DEFAULT 'text-embedding-3-small',
    created_at      timestamptz DEFAULT CURRENT_TIMESTAMP,
    updated_at      timestamptz DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT unique_product_embedding UNIQUE (product_id, embedding_model),
    CONSTRAINT idx_product_embeddings_product_id UNIQUE (store_id, product_id, embedding_model),
    CONSTRAINT idx_product_embeddings_store_id UNIQUE (store_id, embedding_id),
    CONSTRAINT product_embeddings_product_fkey FOREIGN KEY (store_id, product_id)
        REFERENCES retail.products (store_id, product_id) ON DELETE CASCADE,
    -- The cosine distance of the zero vector is NaN, which sorts before every real answer's end.
    CONSTRAINT embedding_not_zero CHECK (public.vector_norm(embedding) > 0)
);
CREATE INDEX idx_product_embeddings_model ON retail.product_embeddings (store_id, embedding_model, product_id);

CREATE TABLE retail.active_embedding_model (
    only_row        boolean PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    embedding_model varchar(100) NOT NULL CHECK (embedding_model <> ''),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
INSERT INTO retail.active_embedding_model (embedding_model) VALUES ('text-embedding-3-small');

-- Comparisons of texts and dates are leakproof, so the planner uses the statistics of all stores for anybody's query,
-- and EXPLAIN's estimates would give the values away, bound by bound. What names a person or is a store's own text
-- keeps none; sorts and filters on these columns go along their indexes all the same.
ALTER TABLE retail.customers
    ALTER first_name SET STATISTICS 0, ALTER last_name SET STATISTICS 0, ALTER email SET STATISTICS 0,
    ALTER phone SET STATISTICS 0, ALTER date_of_birth SET STATISTICS 0;
ALTER TABLE retail.products
    ALTER product_name SET STATISTICS 0, ALTER product_description SET STATISTICS 0, ALTER supplier_name SET STATISTICS 0,
    ALTER supplier_sku SET STATISTICS 0, ALTER sku SET STATISTICS 0;
ALTER TABLE retail.sales_transactions ALTER receipt_number SET STATISTICS 0, ALTER notes SET STATISTICS 0;
ALTER TABLE retail.product_embeddings ALTER embedding_text SET STATISTICS 0;

RESET ROLE;
