from concord.sandbox.seed import seed
from concord.sandbox.score import score
from concord.sandbox.tick import tick
from concord.sandbox.northwind import import_northwind
import os, time
def test_conv(world, tmp_path):
    n=int(os.environ.get('N','1500'))
    if n: 
        s=seed(world.urls['erp'],world.urls['crm'],n,1,tmp_path/'t.csv'); print(s)
    else: print(import_northwind('/work/shared/data/northwind',world.urls['erp'],world.urls['crm']))
    for i in range(4):
        t=time.time(); c=world.batch(); print(i, round(time.time()-t,1), c)
    if n: print(score(tmp_path/'t.csv',world.hub.url)); print(score(tmp_path/'t.csv',world.hub.url,'contact'));print(score(tmp_path/'t.csv',world.hub.url,'address'))
    print('QUAR',world.ops("select system,entity,causes->0->>'rule',count(*) from ops.quarantine group by 1,2,3"))
    print('INTENTS',world.ops("select system,entity,action,state,count(*),min(error) from ops.intent group by 1,2,3,4"))
    print('HELD', world.ops("select system,entity,state,reason from ops.change_set where state<>'passed'"))
    print(tick(world.urls['erp'],world.urls['crm'],1,3))
    for i in range(3): print(world.batch())
    if n: print(score(tmp_path/'t.csv',world.hub.url))
