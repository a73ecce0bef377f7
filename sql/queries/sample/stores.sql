-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region)
VALUES ('seattle', 'Zava Retail Seattle', 'Seattle, WA', 'flagship', 'west'),
       ('redmond', 'Zava Retail Redmond', 'Redmond, WA', 'standard', 'west'),
       ('bellevue', 'Zava Retail Bellevue', 'Bellevue, WA', 'standard', 'west'),
       ('online', 'Zava Retail Online', 'Digital', 'ecommerce', 'global')
ON CONFLICT (store_id) DO NOTHING
