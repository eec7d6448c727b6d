// Program etcd is the etcd server; it shares a module with Kubernetes so that what both use is compiled once.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
