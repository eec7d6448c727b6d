// Program launcher runs programs for the agent. A process of Node copies its page tables for each program that it starts,
// some 20 ms of a processor with 100 MB of memory, and stands still meanwhile. This process is small, and starts programs
// without a copy (vfork).
//
// It reads requests from standard input and writes answers to standard output, one JSON object a line, in any order:
//
//	{"id": 1, "argv": ["ip", "link"], "input": "text", "maxBytes": 1000}   runs a program without a shell
//	{"id": 1, "kill": true}                                                kills it
//
//	{"id": 1, "code": 0, "stdout": "", "stderr": ""}                       it ended; code 128 when a signal ended it
//	{"id": 1, "tooMuch": true}                                             it printed more than maxBytes, and was killed
//	{"id": 1, "problem": "text", "missing": true}                          it could not be started; missing if it is not installed
//
// Programs get the environment of the launcher. It ends with its standard input; programs that run then run to their end.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
)

type request struct {
	ID       int      `json:"id"`
	Argv     []string `json:"argv"`
	Input    *string  `json:"input"`
	MaxBytes int      `json:"maxBytes"`
	Kill     bool     `json:"kill"`
}

type answer struct {
	ID      int    `json:"id"`
	Code    int    `json:"code"`
	Stdout  string `json:"stdout"`
	Stderr  string `json:"stderr"`
	TooMuch bool   `json:"tooMuch,omitempty"`
	Problem string `json:"problem,omitempty"`
	Missing bool   `json:"missing,omitempty"`
}

// running holds the programs that have not ended, and writes the answers.
type running struct {
	mutex    sync.Mutex
	programs map[int]*exec.Cmd
	answers  *json.Encoder
}

func main() {
	all := running{programs: map[int]*exec.Cmd{}, answers: json.NewEncoder(os.Stdout)}
	all.answers.SetEscapeHTML(false)
	requests := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var wanted request
		if err := requests.Decode(&wanted); err != nil {
			return
		}
		switch {
		case wanted.Kill:
			all.kill(wanted.ID)
		case len(wanted.Argv) == 0:
			all.say(answer{ID: wanted.ID, Problem: "the request names no program"})
		default:
			all.start(wanted)
		}
	}
}

// start starts the program of a request; its end is answered later. Only the wait for it is concurrent, so that a kill
// always finds it.
func (all *running) start(wanted request) {
	program := exec.Command(wanted.Argv[0], wanted.Argv[1:]...)
	both := limit{most: wanted.MaxBytes}
	stdout, stderr := stream{limit: &both}, stream{limit: &both}
	program.Stdout, program.Stderr = &stdout, &stderr
	if wanted.Input != nil {
		program.Stdin = strings.NewReader(*wanted.Input)
	}
	both.exceed = func() { all.kill(wanted.ID) }
	if err := all.begin(wanted.ID, program); err != nil {
		missing := errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist)
		all.say(answer{ID: wanted.ID, Problem: err.Error(), Missing: missing})
		return
	}
	go func() {
		// The error repeats the exit code, or says that the program did not read its input.
		_ = program.Wait()
		all.mutex.Lock()
		delete(all.programs, wanted.ID)
		all.mutex.Unlock()
		if both.exceeded() {
			all.say(answer{ID: wanted.ID, TooMuch: true})
			return
		}
		code := program.ProcessState.ExitCode()
		if code < 0 {
			code = 128
		}
		all.say(answer{ID: wanted.ID, Code: code, Stdout: stdout.text.String(), Stderr: stderr.text.String()})
	}()
}

func (all *running) begin(id int, program *exec.Cmd) error {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if err := program.Start(); err != nil {
		return err
	}
	all.programs[id] = program
	return nil
}

func (all *running) kill(id int) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if program := all.programs[id]; program != nil {
		_ = program.Process.Kill()
	}
}

func (all *running) say(what answer) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if err := all.answers.Encode(what); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// limit counts the bytes of both streams of a program.
type limit struct {
	mutex   sync.Mutex
	printed int
	most    int
	exceed  func()
}

// count says whether so many bytes more are within the limit.
func (both *limit) count(bytes int) bool {
	both.mutex.Lock()
	defer both.mutex.Unlock()
	both.printed += bytes
	return both.printed <= both.most
}

func (both *limit) exceeded() bool {
	both.mutex.Lock()
	defer both.mutex.Unlock()
	return both.printed > both.most
}

// stream collects what a program prints, up to the limit.
type stream struct {
	limit *limit
	text  strings.Builder
}

func (one *stream) Write(bytes []byte) (int, error) {
	if !one.limit.count(len(bytes)) {
		one.limit.exceed()
		return len(bytes), nil
	}
	return one.text.Write(bytes)
}
