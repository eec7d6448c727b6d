module kubeslice.io/kubeslice/toolchain/packet-delay

go 1.26.0
