import { Component, type ReactNode } from 'react';
import { Button } from './button.js';
import { Notice } from './notice.js';

interface BoundaryProps {
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: Error | null;
}

/** Catches what a page throws while it is drawn: a bug of ours must not leave an empty window. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null };

  static getDerivedStateFromError(cause: unknown): BoundaryState {
    return { error: cause instanceof Error ? cause : new Error(String(cause)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const reload = <Button onClick={() => window.location.reload()}>Reload</Button>;
    return (
      <Notice tone="bad" title="This page could not be drawn" action={reload}>
        <p>{error.message}</p>
      </Notice>
    );
  }
}
