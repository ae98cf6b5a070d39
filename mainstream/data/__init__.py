"""Data that people bring: photos, tables of labels and events, footage, downloads; and rates counted on them."""
