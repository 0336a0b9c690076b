"""Concord keeps a company's ERP and CRM in agreement."""
