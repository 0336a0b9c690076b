"""Systems: what the pipeline knows of an ERP or CRM, and an adapter for each kind of them."""
