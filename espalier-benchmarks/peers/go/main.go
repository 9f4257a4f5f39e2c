// SPDX-License-Identifier: Apache-2.0

// The workloads with golang.org/x/sync/errgroup: one of them, named by the argument. Prints RESULT go workload median.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

var errFailure = errors.New("the failure of the benchmark")

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func report(workload string, figures []float64) {
	sort.Float64s(figures)
	fmt.Printf("RESULT go %s %.2f\n", workload, figures[len(figures)/2])
}

// measure warms up, repeats, and reports ns per operation.
func measure(workload string, operations int, body func()) {
	start := time.Now()
	for i := 0; i < 5 || time.Since(start) < time.Second; i++ {
		body()
	}
	figures := make([]float64, 15)
	for i := range figures {
		t := time.Now()
		body()
		figures[i] = float64(time.Since(t).Nanoseconds()) / float64(operations)
	}
	report(workload, figures)
}

func sample(workload string, warm int, body func() float64) {
	for i := 0; i < warm; i++ {
		body()
	}
	figures := make([]float64, 11)
	for i := range figures {
		figures[i] = body()
	}
	report(workload, figures)
}

func nothing() error { return nil }

func group(size int) {
	g, _ := errgroup.WithContext(context.Background())
	for i := 0; i < size; i++ {
		g.Go(nothing)
	}
	check(g.Wait())
}

func groups(times, size int) func() {
	return func() {
		for i := 0; i < times; i++ {
			group(size)
		}
	}
}

func tree(ctx context.Context, depth int) int {
	if depth == 0 {
		return 1
	}
	g, c := errgroup.WithContext(ctx)
	var left, right int
	g.Go(func() error { left = tree(c, depth-1); return nil })
	g.Go(func() error { right = tree(c, depth-1); return nil })
	check(g.Wait())
	return 1 + left + right
}

// park forks parked tasks and one that fails when they are there; beforeFailure runs before its clock starts.
func park(tasks int, beforeFailure func()) float64 {
	var arrived, ended int64
	var start time.Time
	g, ctx := errgroup.WithContext(context.Background())
	for i := 0; i < tasks; i++ {
		g.Go(func() error {
			atomic.AddInt64(&arrived, 1)
			<-ctx.Done()
			atomic.AddInt64(&ended, 1)
			return ctx.Err()
		})
	}
	g.Go(func() error {
		for atomic.LoadInt64(&arrived) < int64(tasks) {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
		beforeFailure()
		start = time.Now()
		return errFailure
	})
	err := g.Wait()
	nanos := time.Since(start).Nanoseconds()
	if err != errFailure || ended != int64(tasks) {
		panic(fmt.Sprint("ended by ", err, ", ended tasks ", ended))
	}
	return float64(nanos) / float64(tasks)
}

// What goroutines take: their heap and their stacks.
func memory() float64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

func sleepers() float64 {
	var start time.Time
	g, ctx := errgroup.WithContext(context.Background())
	for i := 1; i <= 100; i++ {
		millis := i // before Go 1.22, i is one variable for all
		g.Go(func() error {
			timer := time.NewTimer(time.Duration(millis) * time.Millisecond)
			defer timer.Stop()
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-timer.C:
			}
			if millis == 20 {
				start = time.Now()
				return errFailure
			}
			return nil
		})
	}
	if err := g.Wait(); err != errFailure {
		panic(err)
	}
	return float64(time.Since(start).Nanoseconds())
}

func main() {
	switch workload := os.Args[1]; workload {
	case "W1":
		measure("W1-100000", 100_000, groups(1, 100_000))
	case "W2":
		measure("W2-1", 20_000, groups(20_000, 1))
		measure("W2-4", 10_000, groups(10_000, 4))
		measure("W2-16", 4_000, groups(4_000, 16))
	case "W3":
		measure("W3", 8191*5, func() {
			for i := 0; i < 5; i++ {
				if nodes := tree(context.Background(), 12); nodes != 8191 {
					panic(nodes)
				}
			}
		})
	case "W4":
		sample("W4-100000", 4, func() float64 { return park(100_000, func() {}) })
	case "W5":
		before := memory()
		var taken float64
		park(100_000, func() { taken = memory() - before })
		report("W5-100000", []float64{taken / 100_000})
	case "W6":
		measure("W6", 20_000, func() {
			for i := 0; i < 20_000; i++ {
				_, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				check(nothing())
				cancel()
			}
		})
	case "W8":
		measure("W8", 100_000, func() {
			g, _ := errgroup.WithContext(context.Background())
			g.SetLimit(16)
			for i := 0; i < 100_000; i++ {
				g.Go(nothing)
			}
			check(g.Wait())
		})
	case "W9":
		sample("W9", 5, sleepers)
	default:
		panic("no workload " + workload)
	}
}
