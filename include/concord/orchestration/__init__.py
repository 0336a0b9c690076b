"""The Airflow side: DAGs made from the lanes, and the few places where the engine meets Airflow.

The only room of `concord` that imports Airflow. `factory` wires, `steps` is what a task does
(testable without Airflow), the other modules are each one seam: addresses, retries, assets,
deadlines, pools, pruning. Modules that DAG files import stay light at the top: no pandas, no
Great Expectations, no database driver.
"""
