// Program cni-plugin is the chained CNI plugin (CNI specification 1.0 and 1.1). It tells the agent that a pod starts or
// ends and passes the result of the plugins before it on unchanged. A pod's start never depends on the agent: without
// one, or without an answer in time, it passes through, and the agent attaches the pod while it runs.
//
// Until then the pod is closed: before the agent is asked, the plugin itself makes the subnets of the slice unreachable
// in the pod, so that nothing which is meant for the slice leaves in clear over the cluster's network.
//
// The runtime executes it on the node for every pod, before the pod's containers start. Therefore it is a static program
// that needs nothing of the node and starts within milliseconds; all other work is the agent's, and what the two say to
// one another stands in src/reconcile/node/cni/cni-protocol.ts.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// agentSocket is where the agent listens on the node.
const agentSocket = "/run/kubeslice/agent.sock"

// deadline is longer than the agent takes for an answer (2.5 s); a pod never waits longer than this.
const deadline = 3 * time.Second

// Error codes of the CNI specification, and from 100 on our own.
const (
	invalidEnvironment = 4
	failedToDecode     = 6
	tryAgainLater      = 11
	notAttached        = 100
)

// supportedVersions are those that results are passed on in; the oldest has chaining and CHECK.
var supportedVersions = []string{"0.4.0", "1.0.0", "1.1.0"}

// configuration is what a runtime gives a chained plugin on standard input, as far as it matters here.
type configuration struct {
	CNIVersion string          `json:"cniVersion"`
	PrevResult json.RawMessage `json:"prevResult"`
}

// request tells the agent what the plugin was called for, and for which pod.
type request struct {
	Command     string `json:"command"`
	ContainerID string `json:"containerId"`
	Netns       string `json:"netns"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	UID         string `json:"uid"`
}

// answer is what the agent made of it.
type answer struct {
	OK      *bool  `json:"ok"`
	Message string `json:"message"`
}

func main() {
	os.Exit(serve(os.Getenv, os.Stdin, os.Stdout))
}

// serve handles one call and returns its exit code.
func serve(env func(string) string, input io.Reader, output io.Writer) int {
	latest := supportedVersions[len(supportedVersions)-1]
	command := env("CNI_COMMAND")
	switch command {
	case "VERSION":
		return reply(output, map[string]any{"cniVersion": latest, "supportedVersions": supportedVersions})
	case "STATUS", "GC":
		// This plugin is always ready to pass through, and what ended is found by the agent itself.
		return 0
	}
	var network configuration
	if json.NewDecoder(input).Decode(&network) != nil {
		return refuse(output, latest, failedToDecode, "the network configuration on standard input is not JSON")
	}
	version := network.CNIVersion
	if version == "" {
		version = latest
	}
	if command != "ADD" && command != "DEL" && command != "CHECK" {
		return refuse(output, version, invalidEnvironment,
			fmt.Sprintf("CNI_COMMAND %q is not one of ADD, DEL, CHECK, GC, STATUS, VERSION", command))
	}
	pod := argumentsOf(env("CNI_ARGS"))
	closed := true
	if command == "ADD" {
		closed = closePod(pod["K8S_POD_NAMESPACE"], env)
	}
	said := ask(request{
		Command:     command,
		ContainerID: env("CNI_CONTAINERID"),
		Netns:       env("CNI_NETNS"),
		Namespace:   pod["K8S_POD_NAMESPACE"],
		Name:        pod["K8S_POD_NAME"],
		UID:         pod["K8S_POD_UID"],
	}, socketOf(env))
	// The agent answers an attachment without a message.
	attached := said.OK != nil && *said.OK && said.Message == ""
	switch {
	case !closed && !attached:
		return refuse(output, version, tryAgainLater,
			"the pod could not be closed against its slice, and the agent of KubeSlice has not attached it")
	case command == "CHECK" && said.OK != nil && !*said.OK:
		if said.Message == "" {
			said.Message = "the pod is not attached"
		}
		return refuse(output, version, notAttached, said.Message)
	case command != "ADD":
		return 0
	case len(network.PrevResult) == 0 || string(network.PrevResult) == "null":
		return reply(output, map[string]any{"cniVersion": version})
	}
	return reply(output, network.PrevResult)
}

// ask sends the request to the agent; the answer is empty when the agent is not there, or says nothing sensible in time.
func ask(what request, socket string) (said answer) {
	// Without a UID it is no pod of Kubernetes.
	if what.UID == "" {
		return answer{}
	}
	until := time.Now().Add(deadline)
	connection, err := net.DialTimeout("unix", socket, deadline)
	if err != nil {
		return answer{}
	}
	defer connection.Close()
	if connection.SetDeadline(until) != nil || json.NewEncoder(connection).Encode(what) != nil {
		return answer{}
	}
	line, err := bufio.NewReader(connection).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &said) != nil {
		return answer{}
	}
	return said
}

// closePod makes the subnets of the pod's slice unreachable in it, and says whether nothing of them is left open. A file
// that cannot be read closes no pod: it says nothing of any namespace, and pods of the cluster itself must start.
func closePod(namespace string, env func(string) string) bool {
	path := env("KUBESLICE_SLICE_SUBNETS")
	if path == "" {
		path = sliceSubnets
	}
	subnets, err := subnetsOf(path, namespace)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubeslice:", err)
		return true
	}
	if err := closeSubnets(env("CNI_NETNS"), subnets); err != nil {
		fmt.Fprintln(os.Stderr, "kubeslice:", err)
		return false
	}
	return true
}

// argumentsOf reads the KEY=value pairs of CNI_ARGS, which semicolons separate.
func argumentsOf(text string) map[string]string {
	pairs := map[string]string{}
	for _, pair := range strings.Split(text, ";") {
		if key, value, found := strings.Cut(pair, "="); found {
			pairs[key] = value
		}
	}
	return pairs
}

func socketOf(env func(string) string) string {
	if path := env("KUBESLICE_AGENT_SOCKET"); path != "" {
		return path
	}
	return agentSocket
}

// refuse prints an error as the specification has it.
func refuse(output io.Writer, version string, code int, message string) int {
	reply(output, struct {
		CNIVersion string `json:"cniVersion"`
		Code       int    `json:"code"`
		Message    string `json:"msg"`
	}{version, code, message})
	return 1
}

func reply(output io.Writer, content any) int {
	text, err := json.Marshal(content)
	if err != nil {
		return 1
	}
	fmt.Fprintf(output, "%s\n", text)
	return 0
}
